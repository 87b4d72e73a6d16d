// SPDX-License-Identifier: BSD-2-Clause
// Stands in for the WebAuthn that a browser lacks: an authenticator of ES256 keys, which signs what WebAuthn says.
// Its keys are in localStorage, so that they outlive a page.
"use strict";

(() => {
	const bytes = (...parts) => new Uint8Array(parts.flatMap((part) =>
		typeof part === "number" ? [part] : Array.from(new Uint8Array(part.buffer || part))));
	const b64url = (data) => btoa(String.fromCharCode(...new Uint8Array(data)))
		.replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
	const unb64url = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
	const utf8 = (text) => new TextEncoder().encode(text);
	const hash = async (data) => new Uint8Array(await crypto.subtle.digest("SHA-256", data));
	const ES256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
	const UP_UV = 5;
	const AT = 0x40;

	const clientData = (type, challenge) => utf8(JSON.stringify({
		type, challenge: b64url(challenge), origin: location.origin, crossOrigin: false }));

	// r and s, as DER has integers
	function der(signature) {
		const integer = (part) => {
			let value = Array.from(part);
			while (value.length > 1 && value[0] === 0 && value[1] < 128)
				value = value.slice(1);
			if (value[0] >= 128)
				value.unshift(0);
			return [2, value.length, ...value];
		};
		const raw = new Uint8Array(signature);
		const both = [...integer(raw.slice(0, 32)), ...integer(raw.slice(32))];
		return new Uint8Array([0x30, both.length, ...both]);
	}

	async function create({ publicKey: options }) {
		if (!options.pubKeyCredParams.some((one) => one.alg === -7))
			throw new DOMException("no ES256", "NotSupportedError");
		if (options.excludeCredentials.some((one) => localStorage.getItem(b64url(one.id))))
			throw new DOMException("excluded", "InvalidStateError");
		const pair = await crypto.subtle.generateKey(ES256, true, ["sign", "verify"]);
		const jwk = await crypto.subtle.exportKey("jwk", pair.privateKey);
		const id = crypto.getRandomValues(new Uint8Array(32));
		localStorage.setItem(b64url(id), JSON.stringify(jwk));
		const cose = bytes(0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32, unb64url(jwk.x), 0x22, 0x58, 32, unb64url(jwk.y));
		const data = bytes(await hash(utf8(options.rp.id)), UP_UV | AT, 0, 0, 0, 0,
			unb64url("-_wwBxVOTsyMC24CBVfXvQ"), 0, id.length, id, cose); // the AAGUID of iCloud Keychain
		const object = bytes(0xa3, 0x63, utf8("fmt"), 0x64, utf8("none"), 0x67, utf8("attStmt"), 0xa0,
			0x68, utf8("authData"), 0x58, data.length, data);
		return { rawId: id.buffer, authenticatorAttachment: "platform", response: {
			clientDataJSON: clientData("webauthn.create", options.challenge).buffer, attestationObject: object.buffer,
			getTransports: () => ["internal", "hybrid"], getAuthenticatorData: () => data.buffer } };
	}

	async function get({ publicKey: options }) {
		const held = options.allowCredentials.find((one) => localStorage.getItem(b64url(one.id)));
		if (!held)
			throw new DOMException("none of these", "NotAllowedError");
		const jwk = JSON.parse(localStorage.getItem(b64url(held.id)));
		const key = await crypto.subtle.importKey("jwk", jwk, ES256, false, ["sign"]);
		const json = clientData("webauthn.get", options.challenge);
		const data = bytes(await hash(utf8(options.rpId)), UP_UV, 0, 0, 0, 0);
		const signature = der(await crypto.subtle.sign(ES256, key, bytes(data, await hash(json))));
		return { rawId: held.id.buffer, authenticatorAttachment: "platform", response: {
			clientDataJSON: json.buffer, authenticatorData: data.buffer, signature: signature.buffer, userHandle: null } };
	}

	window.PublicKeyCredential = window.PublicKeyCredential || class {};
	Object.defineProperty(navigator, "credentials", { value: { create, get } });
	window.faults = [];
	addEventListener("error", (event) => window.faults.push(event.message));
	addEventListener("unhandledrejection", (event) => window.faults.push(String(event.reason)));
	document.addEventListener("securitypolicyviolation", (event) => window.faults.push(event.violatedDirective));
})();
