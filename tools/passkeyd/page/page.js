// SPDX-License-Identifier: BSD-2-Clause
// The page of passkeyd. What it says to passkeyd: page.md. It trusts passkeyd for every word that it
// shows, and nothing else; it keeps nothing, and asks no other site for anything.
"use strict";

const STATE = { WAITING: 0, CHECKING: 1, ACCEPTED: 2, REFUSED: 3, CANCELLED: 4, EXPIRED: 5, LOCKED: 6, NOT_REQUESTED: 7, TURNED_AWAY: 8, TESTING: 9 };
const KIND = { SIGN_IN: 1, ENROL: 2 };
const MESSAGE = { ASSERTION: 32, REGISTRATION: 33 };
const OPEN = [STATE.WAITING, STATE.TESTING];
const TEST_MS = 120000; // that passkeyd gives
const NO_NUMBER = 255;
const TRANSPORTS = ["usb", "nfc", "ble", "hybrid", "internal", "smart-card"];
const UV = ["discouraged", "preferred", "required"];
const DISCOVERABLE = ["discouraged", "preferred", "required"];
const ATTESTATION = ["none", "direct"];
const POLL_MS = 3000;
const RETRY_MS = 2000;
const BACK_MS = 60000;
const CHECK_MS = [150, 300, 600, 1000];

// A text whose name ends with Enrol goes before the one without it when enrolling, and with Invited where no
// terminal of the person waits: an administrator has sent the link.
const TEXTS = {
	en: {
		loading: "One moment …",
		signIn: "Sign in to {host}",
		enrol: "Create a passkey for {user}",
		signInLead: "Somebody who knows the password wants to sign in. Is it you?",
		enrolLead: "It will be used to sign in to {host}. A phone, a security key, this device or a password manager can hold it.",
		who: "Who", machine: "Machine", service: "Service", address: "From", since: "Since",
		number: "The number that your terminal shows",
		name: "Name of this passkey",
		goSignIn: "Sign in with a passkey",
		goEnrol: "Create a passkey",
		goName: "Save",
		nameTitle: "Give your passkey a name",
		nameLead: "So that you know it again in a list of several.",
		testing: "Once more, to test it",
		testingLead: "The passkey was made. Use it once: what works now works when you sign in.",
		goTest: "Use the passkey",
		left: "{time} left",
		ask: "Follow what your browser shows.",
		alarm: "I did not ask for this",
		alarmInvited: "I did not expect this",
		alarmWhy: "Nobody but you should have this link. If you did not start this yourself, somebody may know your password.",
		alarmWhyEnrol: "Nobody but you should have this link. If you did not start this yourself, stop it: somebody else’s passkey could sign in as you.",
		alarmWhyInvited: "Nobody but you should have this link. If you did not expect it, stop it and tell your administrator.",
		problemNumber: "Enter the two digits.",
		problemWrong: { one: "That is not the number. One try is left.", other: "That is not the number. {count} tries are left." },
		problemName: "Enter a name.",
		problemNotAllowed: "Nothing was confirmed. You can try again.",
		problemExists: "This one already holds a passkey that is enrolled. Choose another.",
		problemSecurity: "The browser does not let this page use passkeys for {rp}. Tell your administrator.",
		problemUnsupported: "This passkey cannot do what is asked of it. Choose another.",
		problemOther: "The browser could not finish this ({error}). You can try again.",
		problemNetwork: "The server does not answer. You can try again.",
		waitNetwork: "The server does not answer yet.",
		checking: "Sent",
		checkingLead: "The machine checks the answer. If your terminal waits for you, press Enter there.",
		checkingLeadEnrol: "The machine checks the answer.",
		accepted: "You are signed in",
		acceptedLead: "Go on in your terminal. You can close this page.",
		saved: "Your passkey is enrolled",
		savedLead: "From now on you can sign in to {host} with it. You can close this page.",
		refused: "Not accepted",
		refusedLead: "The machine did not accept this passkey ({reason}). Start again in your terminal.",
		refusedLeadInvited: "The machine did not accept this passkey ({reason}). Ask for a new link.",
		refusedPlain: "The machine did not accept this passkey. Start again in your terminal.",
		refusedPlainInvited: "The machine did not accept this passkey. Ask for a new link.",
		reasons: {
			"already-enrolled": "it is enrolled already",
			"user-verification": "it did not verify you, by PIN, fingerprint or face",
			"attestation": "what it says about its model is wrong",
			"attestation-outdated": "it proves its model in a way that is out of date",
			"attestation-missing": "it does not prove which model it is",
			"attestation-untrusted": "its maker is not one that is trusted here",
			"model": "its model is not one that is accepted here",
			"synced": "passkeys that can be copied between devices are not accepted here",
			"backup-flags": "it contradicts itself about being copied between devices",
			"credential-unknown": "it is none of yours",
			"sign-count": "it may have been copied",
		},
		cancelled: "Cancelled in the terminal",
		cancelledInvited: "This link was cancelled",
		cancelledLead: "Nothing was signed. You can close this page.",
		cancelledLeadEnrol: "No passkey was enrolled. You can close this page.",
		cancelledLeadInvited: "No passkey was enrolled. Ask for a new link if you still need one.",
		expired: "Too late",
		expiredLead: "The time for this is over. Start again in your terminal.",
		expiredLeadInvited: "The time for this is over. Ask for a new link.",
		locked: "Wrong number",
		lockedLead: "The number was wrong three times, so this was ended. Start again in your terminal.",
		notRequested: "Stopped",
		notRequestedLead: "This was ended and reported. If it was not you, somebody may know your password: change it, and tell your administrator.",
		notRequestedLeadEnrol: "This was ended and reported. No passkey was enrolled. If it was not you, tell your administrator.",
		turnedAway: "From another address",
		turnedAwayLead: "This was begun at {address}, and your browser is somewhere else. If it is you, open the link in the network where you started: on the same Wi-Fi, for instance, without a VPN.",
		missing: "This link leads nowhere",
		missingLead: "It was used already, its time is over, or it was not typed as it is shown. Start again in your terminal; if somebody sent it to you, ask for a new one.",
		unsupported: "This browser has no passkeys",
		unsupportedLead: "Open the link in another browser, for instance the one of your phone.",
		stateGood: "Done", stateBad: "Ended", stateWait: "Waiting",
		device: { phone: "Phone or tablet", key: "Security key", on: "{browser} on {system}" },
	},
	ja: {
		loading: "お待ちください…",
		signIn: "{host} にサインイン",
		enrol: "{user} さんのパスキーを作成",
		signInLead: "パスワードを知っている人がサインインしようとしています。あなたですか？",
		enrolLead: "{host} へのサインインに使います。スマートフォン、セキュリティキー、この端末、パスワード管理アプリのどれにでも保存できます。",
		who: "ユーザー", machine: "マシン", service: "サービス", address: "接続元", since: "開始時刻",
		number: "端末に表示されている番号",
		name: "このパスキーの名前",
		goSignIn: "パスキーでサインイン",
		goEnrol: "パスキーを作成",
		goName: "保存",
		nameTitle: "パスキーに名前を付ける",
		nameLead: "一覧の中で見分けるための名前です。",
		testing: "もう一度、確認のために",
		testingLead: "パスキーを作成しました。一度使ってみてください。今使えれば、サインインにも使えます。",
		goTest: "パスキーを使う",
		left: "残り {time}",
		ask: "ブラウザーの表示に従ってください。",
		alarm: "心当たりがありません",
		alarmInvited: "心当たりがありません",
		alarmWhy: "このリンクを知っているのはあなただけのはずです。自分で始めたものでなければ、誰かがあなたのパスワードを知っている可能性があります。",
		alarmWhyEnrol: "このリンクを知っているのはあなただけのはずです。自分で始めたものでなければ中止してください。他人のパスキーであなたとしてサインインされるおそれがあります。",
		alarmWhyInvited: "このリンクを知っているのはあなただけのはずです。届く予定のないリンクであれば中止し、管理者に連絡してください。",
		problemNumber: "2 桁の番号を入力してください。",
		problemWrong: { one: "番号が違います。あと 1 回試せます。", other: "番号が違います。あと {count} 回試せます。" },
		problemName: "名前を入力してください。",
		problemNotAllowed: "確認されませんでした。もう一度お試しください。",
		problemExists: "登録済みのパスキーがすでに入っています。別のものを選んでください。",
		problemSecurity: "ブラウザーがこのページで {rp} のパスキーを使うことを許可していません。管理者に連絡してください。",
		problemUnsupported: "このパスキーでは必要な操作ができません。別のものを選んでください。",
		problemOther: "ブラウザーで処理を完了できませんでした（{error}）。もう一度お試しください。",
		problemNetwork: "サーバーが応答しません。もう一度お試しください。",
		waitNetwork: "サーバーがまだ応答しません。",
		checking: "送信しました",
		checkingLead: "マシンが確認しています。端末が入力を待っている場合は、端末で Enter を押してください。",
		checkingLeadEnrol: "マシンが確認しています。",
		accepted: "サインインしました",
		acceptedLead: "端末に戻って続けてください。このページは閉じてかまいません。",
		saved: "パスキーを登録しました",
		savedLead: "これからは {host} へのサインインに使えます。このページは閉じてかまいません。",
		refused: "受け付けられませんでした",
		refusedLead: "マシンがこのパスキーを受け付けませんでした（{reason}）。端末でもう一度始めてください。",
		refusedLeadInvited: "マシンがこのパスキーを受け付けませんでした（{reason}）。新しいリンクを依頼してください。",
		refusedPlain: "マシンがこのパスキーを受け付けませんでした。端末でもう一度始めてください。",
		refusedPlainInvited: "マシンがこのパスキーを受け付けませんでした。新しいリンクを依頼してください。",
		reasons: {
			"already-enrolled": "すでに登録されています",
			"user-verification": "PIN、指紋、顔による本人確認がありませんでした",
			"attestation": "機種の証明が正しくありません",
			"attestation-outdated": "機種の証明の方式が古いものです",
			"attestation-missing": "機種が証明されていません",
			"attestation-untrusted": "ここで信頼されているメーカーではありません",
			"model": "ここでは使えない機種です",
			"synced": "端末間でコピーできるパスキーはここでは使えません",
			"backup-flags": "端末間のコピーについての情報が矛盾しています",
			"credential-unknown": "あなたのパスキーではありません",
			"sign-count": "複製された可能性があります",
		},
		cancelled: "端末で取り消されました",
		cancelledInvited: "このリンクは取り消されました",
		cancelledLead: "署名は行われていません。このページは閉じてかまいません。",
		cancelledLeadEnrol: "パスキーは登録されていません。このページは閉じてかまいません。",
		cancelledLeadInvited: "パスキーは登録されていません。必要であれば新しいリンクを依頼してください。",
		expired: "時間切れです",
		expiredLead: "有効な時間が過ぎました。端末でもう一度始めてください。",
		expiredLeadInvited: "有効な時間が過ぎました。新しいリンクを依頼してください。",
		locked: "番号が違います",
		lockedLead: "番号を 3 回間違えたため終了しました。端末でもう一度始めてください。",
		notRequested: "中止しました",
		notRequestedLead: "この操作を終了し、記録しました。心当たりがなければ、誰かがパスワードを知っている可能性があります。パスワードを変更し、管理者に連絡してください。",
		notRequestedLeadEnrol: "この操作を終了し、記録しました。パスキーは登録されていません。ご自身の操作でなければ、管理者に連絡してください。",
		turnedAway: "別のアドレスからの接続です",
		turnedAwayLead: "この操作は {address} で始まりましたが、このブラウザーは別の場所にあります。ご自身の操作であれば、始めたときと同じネットワーク（同じ Wi-Fi など、VPN なし）でリンクを開いてください。",
		missing: "リンクが無効です",
		missingLead: "使用済みか、時間切れか、表示どおりに入力されていません。端末でもう一度始めるか、送られてきたリンクであれば新しいものを依頼してください。",
		unsupported: "このブラウザーではパスキーを使えません",
		unsupportedLead: "スマートフォンなど、別のブラウザーでリンクを開いてください。",
		stateGood: "完了", stateBad: "終了", stateWait: "待機中",
		device: { phone: "スマートフォンまたはタブレット", key: "セキュリティキー", on: "{system} の {browser}" },
	},
};

// Who made the passkey, by its AAGUID, for a name that a person knows again.
const MAKERS = {
	"ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4": "Google Password Manager",
	"adce0002-35bc-c60a-648b-0b25f1f05503": "Chrome",
	"fbfc3007-154e-4ecc-8c0b-6e020557d7bd": "iCloud Keychain",
	"dd4ec289-e01d-41c9-bb89-70fa845d4bf2": "iCloud Keychain",
	"08987058-cadc-4b81-b6e1-30de50dcbe96": "Windows Hello",
	"9ddd1817-af5a-4672-a2b9-3e3dd95000a9": "Windows Hello",
	"6028b017-b1d4-4c02-b4b3-afcdafc96bb2": "Windows Hello",
	"53414d53-554e-4700-0000-000000000000": "Samsung Pass",
	"bada5566-a7aa-401f-bd96-45619a55120d": "1Password",
	"d548826e-79b4-db40-a3d8-11116f7e8349": "Bitwarden",
	"531126d6-e717-415c-9320-3d9aa6981239": "Dashlane",
	"50726f74-6f6e-5061-7373-50726f746f6e": "Proton Pass",
	"fdb141b2-5d84-443e-8a35-4698c205a502": "KeePassXC",
	"2fc0579f-8113-47ea-b116-bb5a8db9202a": "YubiKey 5 NFC",
	"fa2b99dc-9e39-4257-8f92-4a30d23c4118": "YubiKey 5 NFC",
	"cb69481e-8ff7-4039-93ec-0a2729a154a8": "YubiKey 5",
	"ee882879-721c-4913-9775-3dfcce97072a": "YubiKey 5",
	"c5ef55ff-ad9a-4b9f-b580-adebafe026d0": "YubiKey 5Ci",
	"d8522d9f-575b-4866-88a9-ba99fa02f35b": "YubiKey Bio",
};

const base = location.pathname;
const byId = (id) => document.getElementById(id);

// The person's languages that the page knows, the preferred first: "en-GB", "ja-JP".
const preferred = (navigator.languages || [navigator.language]).filter((tag) => /^(en|ja)\b/i.test(tag));
let language = preferred.length > 0 ? preferred[0].slice(0, 2).toLowerCase() : "en";
let view = null; // who asks for what
let shown = { name: "loading" }; // what stands on the page
let endsAt = 0; // in the clock of performance.now()
let missingSince = null; // in that clock: there is nothing where the page came from
let request = null; // AbortController of what the browser asks for
let fresh = null; // a new credential that has no name yet
let claim = null; // what entering the number gave us
let lastPoll = 0; // number of the timer that counts

// ---- bytes

class Reader {
	constructor(buffer) { this.data = new DataView(buffer); this.at = 0; }
	u8() { return this.data.getUint8(this.at++); }
	u16() { this.at += 2; return this.data.getUint16(this.at - 2); }
	u32() { this.at += 4; return this.data.getUint32(this.at - 4); }
	i32() { this.at += 4; return this.data.getInt32(this.at - 4); }
	u64() { return this.u32() * 2 ** 32 + this.u32(); }
	raw(length) {
		const bytes = new Uint8Array(this.data.buffer, this.at, length).slice();
		this.at += length;
		return bytes;
	}
	block() { return this.raw(this.u16()); }
	text() { return new TextDecoder("utf-8", { fatal: true }).decode(this.block()); }
	list(read) { return Array.from({ length: this.u8() }, read); }
}

const asBytes = (value) => value instanceof Uint8Array ? value : new Uint8Array(value || 0);
const block = (value) => {
	const bytes = asBytes(value);
	return [Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes];
};
const text = (value) => block(new TextEncoder().encode(value + "\0"));
const join = (parts) => {
	const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		bytes.set(part, at);
		at += part.length;
	}
	return bytes;
};

// ---- passkeyd

async function ask(name, body) {
	const options = body === undefined ? {} : { method: "POST", body, headers: { "Content-Type": "application/octet-stream" } };
	const answer = await fetch(base + "/" + name, { ...options, cache: "no-store", credentials: "omit", redirect: "error" });
	if (answer.status !== 404)
		missingSince = null;
	else if (missingSince === null)
		missingSince = performance.now();
	return { status: answer.status, reader: new Reader(await answer.arrayBuffer()) };
}

function readView(reader) {
	return {
		state: reader.u8(), kind: reader.u8(), hasNumber: (reader.u8() & 1) !== 0, triesLeft: reader.u8(),
		left: reader.u32(), since: reader.u64(), user: reader.text(), host: reader.text(),
		service: reader.text(), address: reader.text(), rp: reader.text(),
	};
}

function readCredential(reader) {
	const flags = reader.u8();
	const transports = TRANSPORTS.filter((name, bit) => (flags & 1 << bit) !== 0);
	const id = reader.block();
	return transports.length > 0 ? { type: "public-key", id, transports } : { type: "public-key", id };
}

function readAsked(reader) {
	return {
		challenge: reader.raw(32), rp: reader.text(), uv: UV[reader.u8()],
		credentials: reader.list(() => readCredential(reader)),
	};
}

function readOptions(reader) {
	const options = { claim: reader.raw(16), ...readAsked(reader) };
	if (view.kind === KIND.SIGN_IN)
		return options;
	return {
		...options, rpName: reader.text(), displayName: reader.text(), userHandle: reader.block(),
		algorithms: reader.list(() => reader.i32()), discoverable: DISCOVERABLE[reader.u8()],
		attestation: ATTESTATION[reader.u8()],
	};
}

// ---- what the browser is asked for

// Where all credentials are of one family, the browser can begin there.
function hintsFor(credentials) {
	const only = (...names) => credentials.length > 0 && credentials.every((one) =>
		one.transports && one.transports.every((name) => names.includes(name)));
	if (only("usb", "nfc", "ble", "smart-card"))
		return ["security-key"];
	return only("hybrid") ? ["hybrid"] : [];
}

function getOptions(options) {
	return {
		challenge: options.challenge, rpId: options.rp, userVerification: options.uv,
		allowCredentials: options.credentials, hints: hintsFor(options.credentials), timeout: timeLeft(),
	};
}

function createOptions(options) {
	return {
		challenge: options.challenge,
		rp: { id: options.rp, name: options.rpName },
		user: { id: options.userHandle, name: view.user, displayName: options.displayName || view.user },
		pubKeyCredParams: options.algorithms.map((alg) => ({ type: "public-key", alg })),
		excludeCredentials: options.credentials,
		authenticatorSelection: {
			residentKey: options.discoverable, requireResidentKey: options.discoverable === "required",
			userVerification: options.uv,
		},
		attestation: options.attestation, hints: [], timeout: timeLeft(),
	};
}

async function askBrowser(kind, options) {
	request = new AbortController();
	try {
		return kind === KIND.SIGN_IN
			? await navigator.credentials.get({ publicKey: getOptions(options), signal: request.signal })
			: await navigator.credentials.create({ publicKey: createOptions(options), signal: request.signal });
	} finally {
		request = null;
	}
}

function assertionMessage(credential) {
	const answer = credential.response;
	return [Uint8Array.of(MESSAGE.ASSERTION), ...block(credential.rawId), ...block(answer.clientDataJSON),
		...block(answer.authenticatorData), ...block(answer.signature), ...block(answer.userHandle)];
}

function registrationMessage(credential, name) {
	const answer = credential.response;
	const names = answer.getTransports ? answer.getTransports() : [];
	const transports = TRANSPORTS.reduce((flags, one, bit) => flags | (names.includes(one) ? 1 << bit : 0), 0);
	const attachment = { platform: 1, "cross-platform": 2 }[credential.authenticatorAttachment] || 0;
	return [Uint8Array.of(MESSAGE.REGISTRATION), ...block(answer.clientDataJSON), ...block(answer.attestationObject),
		Uint8Array.of(transports, attachment), ...text(name)];
}

// ---- a name for a new passkey

function makerOf(credential) {
	const answer = credential.response;
	const data = answer.getAuthenticatorData ? new Uint8Array(answer.getAuthenticatorData()) : new Uint8Array();
	if (data.length < 53)
		return undefined;
	const hex = Array.from(data.slice(37, 53), (byte) => byte.toString(16).padStart(2, "0")).join("");
	return MAKERS[hex.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")];
}

function thisDevice() {
	const agent = navigator.userAgent;
	const find = (list) => (list.find(([pattern]) => pattern.test(agent)) || [])[1];
	const browser = find([[/Edg\//, "Edge"], [/Firefox\//, "Firefox"], [/(Chrome|CriOS)\//, "Chrome"], [/Safari\//, "Safari"]]);
	const system = find([[/iPhone/, "iPhone"], [/iPad/, "iPad"], [/Android/, "Android"], [/Windows/, "Windows"],
		[/Mac OS X/, "Mac"], [/CrOS/, "ChromeOS"], [/Linux/, "Linux"]]);
	return browser && system ? fill(word("device").on, { browser, system }) : browser || system || "Passkey";
}

function proposeName(credential) {
	const answer = credential.response;
	const transports = answer.getTransports ? answer.getTransports() : [];
	if (makerOf(credential))
		return makerOf(credential);
	if (credential.authenticatorAttachment === "cross-platform")
		return transports.includes("hybrid") ? word("device").phone : word("device").key;
	return thisDevice();
}

// What a credential file can hold: printable, at most 128 bytes.
function cleanName(value) {
	let name = value.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "").trim();
	while (new TextEncoder().encode(name).length > 128)
		name = Array.from(name).slice(0, -1).join("");
	return name;
}

// ---- what stands on the page

const situations = () => !view || view.kind !== KIND.ENROL ? [] : view.hasNumber ? ["Enrol"] : ["Invited", "Enrol"];
const word = (key) => TEXTS[language][key + (situations().find((one) => key + one in TEXTS[language]) || "")];
const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (all, key) => key in values ? values[key] : all);

const locale = () => preferred.find((tag) => tag.toLowerCase().startsWith(language)) || language;

// A name of a machine may be broken at its dots.
function putHost(element, name) {
	element.replaceChildren(...name.split(".").flatMap((part, number) =>
		number === 0 ? [part] : [".", document.createElement("wbr"), part]));
}

const timeLeft = () => Math.max(1000, Math.round(endsAt - performance.now()));
const clock = (ms) => {
	const s = Math.ceil(ms / 1000);
	if (s >= 7200)
		return new Intl.NumberFormat(locale(), { style: "unit", unit: "hour", unitDisplay: "long" }).format(Math.round(s / 3600));
	return Math.floor(s / 60) + ":" + String(s % 60).padStart(2, "0");
};

// How each state looks: which texts, which sign, whether it can still be stopped.
const LOOKS = {
	loading: { sign: "wait" },
	missing: { sign: "bad" },
	unsupported: { sign: "bad" },
	form: { facts: true, form: true, alarm: true },
	naming: { form: true, title: "nameTitle", lead: "nameLead", go: "goName" },
	testing: { form: true, go: "goTest" },
	checking: { sign: "wait", facts: true },
	accepted: { sign: "good" },
	saved: { sign: "good" },
	refused: { sign: "bad" },
	cancelled: { sign: "bad" },
	expired: { sign: "bad" },
	locked: { sign: "bad" },
	notRequested: { sign: "bad" },
	turnedAway: { sign: "bad", facts: true, alarm: true },
};

const NAMES = {
	[STATE.WAITING]: "form", [STATE.CHECKING]: "checking", [STATE.REFUSED]: "refused", [STATE.CANCELLED]: "cancelled",
	[STATE.EXPIRED]: "expired", [STATE.LOCKED]: "locked", [STATE.NOT_REQUESTED]: "notRequested",
	[STATE.TURNED_AWAY]: "turnedAway", [STATE.TESTING]: "testing",
};
const nameOf = (state) => state === STATE.ACCEPTED ? (view.kind === KIND.SIGN_IN ? "accepted" : "saved") : NAMES[state];

function drawFacts() {
	byId("user").textContent = view.user;
	putHost(byId("host"), view.host);
	byId("service").textContent = view.service;
	byId("service-row").hidden = view.service === "";
	byId("address").textContent = view.address;
	byId("address-row").hidden = view.address === "";
	const since = new Date(view.since * 1000);
	const today = since.toDateString() === new Date().toDateString();
	byId("since").textContent = new Intl.DateTimeFormat(locale(),
		today ? { timeStyle: "medium" } : { dateStyle: "long", timeStyle: "short" }).format(since);
	byId("since").dateTime = since.toISOString();
}

function drawSign(look) {
	const sign = byId("state");
	sign.hidden = !look.sign;
	sign.className = look.sign || "";
	sign.textContent = { good: "✓", bad: "!" }[look.sign] || "";
	sign.setAttribute("aria-label", { good: word("stateGood"), bad: word("stateBad"), wait: word("stateWait") }[look.sign] || "");
}

function drawWords(look) {
	const enrol = view && view.kind === KIND.ENROL;
	const reason = word("reasons")[shown.reason];
	const values = view ? { ...view, reason } : {};
	const title = look.title || (shown.name === "form" ? (enrol ? "enrol" : "signIn") : shown.name);
	const lead = shown.name === "refused" && !reason ? "refusedPlain" : look.lead || title + "Lead";
	byId("title").textContent = fill(word(title), values);
	byId("lead").textContent = fill(word(lead) || "", values);
	byId("go").textContent = word(look.go || (enrol ? "goEnrol" : "goSignIn"));
	document.title = byId("title").textContent;
	byId("site").textContent = location.hostname;
	byId("problem").textContent = shown.problem ? fill(shown.problem(), values) : "";
	byId("notice").textContent = shown.notice ? word(shown.notice) : shown.busy ? word("ask") : "";
}

function draw() {
	const look = LOOKS[shown.name];
	document.documentElement.lang = language;
	const other = language === "en" ? "ja" : "en";
	byId("language").textContent = { en: "English", ja: "日本語" }[other];
	byId("language").lang = other;
	for (const element of document.querySelectorAll("[data-text]"))
		element.textContent = word(element.dataset.text);
	drawSign(look);
	drawWords(look);
	byId("facts").hidden = !look.facts;
	byId("form").hidden = !look.form;
	byId("number-field").hidden = shown.name !== "form" || !view.hasNumber;
	byId("name-field").hidden = shown.name !== "naming";
	byId("alarm-box").hidden = !look.alarm;
	byId("go").disabled = Boolean(shown.busy);
	for (const id of ["number", "name"])
		byId(id).setAttribute("aria-invalid", String(Boolean(shown.problem)));
	if (view)
		drawFacts();
	drawLeft();
}

function drawLeft() {
	const ticks = LOOKS[shown.name].form && view;
	byId("left").textContent = ticks ? fill(word("left"), { time: clock(Math.max(0, endsAt - performance.now())) }) : "";
}

// Go to another state, and take the reader of a screen there.
function show(name, more) {
	const moved = shown.name !== name;
	shown = { ...more, name };
	draw();
	if (!moved)
		return;
	const field = name === "form" && view.hasNumber ? "number" : name === "naming" ? "name" : name === "testing" ? "go" : "title";
	byId(field).focus();
}

function problem(key, values) {
	show(shown.name, { problem: () => {
		const found = typeof key === "function" ? key() : word(key);
		return fill(found, values || {});
	} });
}

// ---- what happens

function arrive(state, reason) {
	if (request !== null && !OPEN.includes(state))
		request.abort();
	if (state === STATE.TESTING && claim === null)
		return show("missing"); // the page was loaded anew, and what it held is gone
	if (state === STATE.TESTING)
		endsAt = performance.now() + TEST_MS;
	if (state !== STATE.WAITING)
		show(nameOf(state), { reason });
	if (OPEN.includes(state) || state === STATE.CHECKING)
		poll(state, 0);
}

// passkeyd may have been restarted: an invitation's page is there again in half a minute.
const mayComeBack = () => situations().includes("Invited") && performance.now() < Math.min(endsAt, missingSince + BACK_MS);

function poll(state, turn) {
	const mine = ++lastPoll;
	setTimeout(async () => {
		if (mine !== lastPoll)
			return;
		try {
			const { status, reader } = await ask("status");
			if (mine !== lastPoll)
				return;
			if (status === 404 && !mayComeBack())
				return arrive(STATE.EXPIRED);
			const now = status === 404 ? state : reader.u8();
			if (now !== state)
				return arrive(now, reader.text());
		} catch (error) {
			// the server may be back by the next time
		}
		if (mine === lastPoll)
			poll(state, turn + 1);
	}, state === STATE.CHECKING ? CHECK_MS[Math.min(turn, CHECK_MS.length - 1)] : POLL_MS);
}

async function send(message) {
	const { status, reader } = await ask("answer", join([claim, ...message]));
	if (status === 200)
		return arrive(reader.u8(), reader.text());
	await look();
}

const PROBLEMS = {
	NotAllowedError: "problemNotAllowed", AbortError: "problemNotAllowed", InvalidStateError: "problemExists",
	SecurityError: "problemSecurity", NotSupportedError: "problemUnsupported", ConstraintError: "problemUnsupported",
	TypeError: "problemNetwork",
};

async function enterNumber() {
	const number = byId("number").value;
	if (view.hasNumber && !/^[0-9]{2}$/.test(number)) {
		byId("number").focus();
		return problem("problemNumber");
	}
	show("form", { busy: true });
	const { status, reader } = await ask("number", Uint8Array.of(view.hasNumber ? Number(number) : NO_NUMBER));
	if (status !== 200)
		return look();
	if (reader.u8() === 1)
		return useBrowser(readOptions(reader));
	const state = reader.u8();
	const count = reader.u8();
	if (state !== STATE.WAITING)
		return arrive(state);
	byId("number").value = "";
	byId("number").focus();
	problem(() => fill(count === 1 ? word("problemWrong").one : word("problemWrong").other, { count }));
}

async function useBrowser(options) {
	claim = options.claim;
	const credential = await askBrowser(view.kind, options);
	if (view.kind === KIND.SIGN_IN)
		return send(assertionMessage(credential));
	fresh = credential;
	byId("name").value = cleanName(proposeName(credential));
	show("naming");
	byId("name").select();
}

function giveName() {
	const name = cleanName(byId("name").value);
	if (name === "")
		return problem("problemName");
	return send(registrationMessage(fresh, name));
}

async function test() {
	show("testing", { busy: true });
	const { status, reader } = await ask("test", claim);
	if (status !== 200)
		return look();
	const options = readAsked(reader);
	return send(assertionMessage(await askBrowser(KIND.SIGN_IN, options)));
}

async function submit(event) {
	event.preventDefault();
	if (shown.busy)
		return;
	try {
		await ({ naming: giveName, testing: test }[shown.name] || enterNumber)();
	} catch (error) {
		if (LOOKS[shown.name].form)
			problem(PROBLEMS[error.name] || "problemOther", { error: error.name });
	}
}

async function raiseAlarm() {
	try {
		const { status, reader } = await ask("alarm", new Uint8Array());
		if (status === 200)
			return arrive(reader.u8(), reader.text());
		await look();
	} catch (error) {
		byId("notice").textContent = word("problemNetwork");
	}
}

// Who asks for what, and how it stands.
async function look() {
	const { status, reader } = await ask("view");
	if (status === 404 && mayComeBack())
		throw new TypeError("no answer"); // as fetch() says it of a server that is away
	if (status !== 200)
		return show("missing");
	view = readView(reader);
	endsAt = performance.now() + view.left * 1000;
	if (view.state === STATE.WAITING && !window.PublicKeyCredential)
		return show("unsupported");
	if (view.state === STATE.WAITING)
		show("form");
	arrive(view.state, "");
}

// The first look; a server that does not answer yet is asked again.
async function lookFirst() {
	try {
		await look();
	} catch (error) {
		if (shown.name !== "loading")
			throw error;
		show("loading", { notice: "waitNetwork" });
		setTimeout(lookFirst, RETRY_MS);
	}
}

function begin() {
	byId("form").addEventListener("submit", submit);
	byId("alarm").addEventListener("click", raiseAlarm);
	byId("language").addEventListener("click", () => {
		language = language === "en" ? "ja" : "en";
		draw();
	});
	setInterval(drawLeft, 1000);
	draw();
	if (base === "/")
		show("missing");
	else
		lookFirst();
}

begin();
