"""A container engine of our own, with the image that `sam local` runs functions in.

No image need be pulled: the engine is Debian's, and the image is made of what this machine has, which is the runtime
emulator that comes with the SAM CLI, linked statically, and the loader and libraries that the functions are linked to.
"""

import io
import ipaddress
import re
import shutil
import subprocess
import tarfile
import tempfile
import time
from contextlib import closing
from pathlib import Path

import docker
import samcli.local.rapid

START_SECONDS = 60
STOP_SECONDS = 60
REPOSITORY = "public.ecr.aws/lambda/provided"
# Where the SAM CLI looks for what its own image, made of AWS's, would have.
EMULATOR = "var/rapid/aws-lambda-rie"
FOLDERS = ("opt", "tmp", "var/task", "var/runtime")


class Engine:
    """A running engine with the image for functions of `architecture`; `with` ends it, and everything in it."""

    def __init__(self, architecture: str, bootstraps: list[Path]):
        self._folder = Path(tempfile.mkdtemp(prefix="readmit-engine-"))
        self._process = None
        self.host = f"unix://{self._folder}/docker.sock"
        try:
            self._start()
            with closing(docker.DockerClient(base_url=self.host, version="auto")) as client:
                image = _image(architecture, bootstraps)
                tag = f"al2023-rapid-{architecture}"
                client.api.import_image_from_data(image, repository=REPOSITORY, tag=tag, changes=["WORKDIR /var/task"])
                self.bridge_address = _address(client.networks.get("bridge").attrs["IPAM"]["Config"][0])
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _start(self):
        log = self._folder / "log"
        # The functions call this machine alone, and the emulator's port is passed on by a process: no firewall rule is needed.
        command = ["dockerd", "--host", self.host, "--iptables=false", "--ip-forward=false", "--ip-masq=false"]
        command += ["--data-root", self._folder / "data", "--exec-root", self._folder / "exec"]
        command += ["--pidfile", self._folder / "pid"]
        with log.open("w") as output:
            # In a session of its own, so that Ctrl-C ends the containers first.
            self._process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with closing(docker.DockerClient(base_url=self.host, version="auto")) as client:
                    client.ping()
                    return
            except docker.errors.DockerException:
                time.sleep(0.2)
        raise RuntimeError(f"the container engine does not start: {log.read_text()[-2000:]}")

    def close(self):
        """Ends the engine, which ends its containers, and removes what it has kept."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for mount in reversed([mount for mount in mounts if mount.startswith(f"{self._folder}/")]):
            subprocess.run(["umount", mount], check=True)
        shutil.rmtree(self._folder)


def _address(network: dict) -> str:
    """The engine's own address in a network. An engine that has just made its bridge does not tell it: it is the first one."""
    return network.get("Gateway") or str(next(ipaddress.ip_network(network["Subnet"]).hosts()))


def _image(architecture: str, bootstraps: list[Path]) -> bytes:
    """The image's files, as a tar."""
    emulator = Path(samcli.local.rapid.__path__[0]) / f"aws-lambda-rie-{architecture}"
    files = {library.lstrip("/"): Path(library) for program in bootstraps for library in _libraries(program)}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as image:
        for folder in FOLDERS:
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
            image.addfile(entry)
        for name, file in {EMULATOR: emulator, **files}.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = file.stat().st_size, 0o755
            with file.open("rb") as content:
                image.addfile(entry, content)
    return packed.getvalue()


def _libraries(program: Path) -> set[str]:
    """The loader and the libraries that a program is linked to."""
    told = subprocess.run(["ldd", program], capture_output=True, text=True, check=True)
    return set(re.findall(r"(/\S+) \(0x", told.stdout))
