# SPDX-License-Identifier: BSD-2-Clause
"""The guest's kernel: Debian's package, unpacked, and a first file system that finds the rest.

make(folder) returns a Boot. It is made once for each version of the kernel, and anew when this
folder's programs that go into it change.
"""

import collections
import glob
import hashlib
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
INIT = os.path.join(HERE, "guest", "init")
# what the first file system loads, in any order; the rest is loaded from the root file system
MODULES = ("virtio_pci", "9pnet_virtio", "9p", "overlay")

# layer: a folder that holds usr/lib/modules, to be laid over the root file system
Boot = collections.namedtuple("Boot", "kernel initrd layer")


def _run(*words, **options):
    done = subprocess.run(words, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        raise RuntimeError("%s failed: %s" % (" ".join(words), done.stdout.strip()))
    return done.stdout


def _candidate():
    """The name and version of the kernel package that Debian offers now; None where none is known."""
    try:
        for line in _run("apt-cache", "depends", "linux-image-amd64").splitlines():
            kind, _, package = line.strip().partition(": ")
            if kind == "Depends" and package.startswith("linux-image-"):
                shown = _run("apt-cache", "show", "--no-all-versions", package)
                version = next(part for part in shown.splitlines() if part.startswith("Version:"))
                return package, version.split()[1]
    except RuntimeError:
        pass
    return None


def _find_package():
    found = _candidate()
    if found is None:  # a machine on which nobody has looked yet
        _run("apt-get", "-q", "update")
        found = _candidate()
    if found is None:
        raise RuntimeError("apt offers no linux-image-amd64")
    return found


def _download(folder):
    name, version = _find_package()
    _run("apt-get", "-q", "download", "%s=%s" % (name, version), cwd=folder)
    return name, version


def _download_anew(folder):
    """The same, also where apt's list is so old that what it names is gone."""
    try:
        return _download(folder)
    except RuntimeError:
        _run("apt-get", "-q", "update")
        return _download(folder)


def _stamp(package, version):
    digest = hashlib.sha256()
    busybox = shutil.which("busybox")
    for path in (os.path.abspath(__file__), INIT, busybox):
        with open(path, "rb") as file:
            digest.update(hashlib.sha256(file.read()).digest())
    return "%s %s %s\n" % (package, version, digest.hexdigest())


def _unpack(folder):
    """Take the downloaded package apart. Returns the folder of the modules."""
    archive, = glob.glob(os.path.join(folder, "*.deb"))
    _run("dpkg", "-x", archive, os.path.join(folder, "package"))
    os.unlink(archive)
    package = os.path.join(folder, "package")
    kernel, = glob.glob(os.path.join(package, "boot", "vmlinuz-*"))
    release = os.path.basename(kernel).split("-", 1)[1]
    if not os.path.isdir(os.path.join(package, "lib")):  # from Debian 13 on
        os.symlink("usr/lib", os.path.join(package, "lib"))
    _run("depmod", "-b", package, release)
    os.rename(kernel, os.path.join(folder, "kernel"))
    # /lib is a link to usr/lib on the root file system, which a folder would hide
    library = os.path.join(folder, "layer", "usr", "lib")
    os.makedirs(library)
    os.rename(os.path.join(package, "lib", "modules"), os.path.join(library, "modules"))
    shutil.rmtree(package)
    return os.path.join(library, "modules", release)


def _module_order(modules):
    """The files of MODULES and of what they need, each after what it needs."""
    needs, place = {}, {}
    with open(os.path.join(modules, "modules.dep"), encoding="utf-8") as file:
        for line in file:
            path, _, others = line.rstrip("\n").partition(":")
            needs[path] = others.split()
            place[os.path.basename(path).split(".")[0].replace("-", "_")] = path
    with open(os.path.join(modules, "modules.builtin"), encoding="utf-8") as file:
        built_in = {os.path.basename(line.strip()).split(".")[0].replace("-", "_")
                    for line in file}
    order = []
    for name in MODULES:
        if name in built_in:
            continue
        path = place[name]
        for module in [*reversed(needs[path]), path]:
            if module not in order:
                order.append(module)
    return order


def _make_initrd(modules, folder):
    tree = os.path.join(folder, "initrd.tree")
    for name in ("bin", "modules", "proc", "sys", "dev", "layers", "writable", "above"):
        os.makedirs(os.path.join(tree, name))
    shutil.copy(shutil.which("busybox"), os.path.join(tree, "bin", "busybox"))
    shutil.copy(INIT, os.path.join(tree, "init"))
    os.chmod(os.path.join(tree, "init"), 0o755)
    names = []
    for number, path in enumerate(_module_order(modules)):
        names.append("%02d-%s" % (number, os.path.basename(path)))
        shutil.copy(os.path.join(modules, path), os.path.join(tree, "modules", names[-1]))
    files = _run("find", ".", cwd=tree)
    with open(os.path.join(folder, "initrd"), "wb") as out:
        subprocess.run(["cpio", "--quiet", "-o", "-H", "newc"], cwd=tree, check=True,
                       input=files.encode(), stdout=out)
    shutil.rmtree(tree)


def make(folder):
    """The Boot below folder, made or found there."""
    boot = os.path.join(folder, "boot")
    result = Boot(*(os.path.join(boot, name) for name in ("kernel", "initrd", "layer")))
    try:
        with open(os.path.join(boot, "stamp"), encoding="utf-8") as file:
            if file.read() == _stamp(*_find_package()):
                return result
    except FileNotFoundError:
        pass
    shutil.rmtree(boot, ignore_errors=True)
    os.makedirs(boot)
    os.chmod(boot, 0o777)  # apt downloads as a user of its own where it can
    found = _download_anew(boot)
    modules = _unpack(boot)
    os.chmod(boot, 0o755)
    _make_initrd(modules, boot)
    with open(os.path.join(boot, "stamp"), "w", encoding="utf-8") as file:
        file.write(_stamp(*found))  # last: what is half made is made anew
    return result
