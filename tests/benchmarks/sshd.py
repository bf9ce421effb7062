"""A real sshd on this machine, which listens to nobody else and stops by itself."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from tests.benchmarks.terminal import PATIENCE, Terminal, environment


class Server:
    """An sshd of its own on this machine, for this user only, with keys made for the occasion."""

    def __init__(self, folder: Path) -> None:
        """Raises `FileNotFoundError` if there is no sshd, `RuntimeError` if it lets nobody in."""
        sshd, ssh, keygen = (_program(name) for name in ("sshd", "ssh", "ssh-keygen"))
        port, user = _free_port(), pwd.getpwuid(os.getuid()).pw_name
        for name in ("host", "client"):
            subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
        (folder / "config").write_text(
            f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\n"
            f"AuthorizedKeysFile {folder}/client.pub\nAuthenticationMethods publickey\nAllowUsers {user}\n"
            "PermitRootLogin prohibit-password\nUsePAM no\nStrictModes no\nPrintMotd no\nPrintLastLog no\n"
            "DisableForwarding yes\n"
        )
        with (folder / "log").open("w") as log:
            self._process = subprocess.Popen(
                [sshd, "-D", "-e", "-f", folder / "config"], stderr=log, stdin=subprocess.DEVNULL
            )
        options = {
            "IdentityFile": folder / "client",
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "StrictHostKeyChecking": "no",
            "UserKnownHostsFile": "/dev/null",
            "LogLevel": "ERROR",
            "BatchMode": "yes",
        }
        words = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
        self._client = [ssh, "-F", "/dev/null", "-p", str(port), *words]
        if not self._admits(port):
            self.stop()
            raise RuntimeError((folder / "log").read_text().strip().replace("\n", "; ") or "it ended at once")

    def _admits(self, port: int) -> bool:
        """Whether it lets this user in; an account may be locked, or a folder may be missing that sshd wants."""
        end = time.monotonic() + PATIENCE
        while self._process.poll() is None and time.monotonic() < end:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
                login = [*self._client, "127.0.0.1", "true"]
                return subprocess.run(login, check=False, capture_output=True).returncode == 0
            time.sleep(0.05)
        return False

    def stop(self) -> None:
        """Let nobody in any more."""
        self._process.terminate()
        self._process.wait()

    def login(self, command: str, term: str, size: tuple[int, int]) -> Terminal:
        """Run a command on a terminal of the server, as a person does who logs in and types it."""
        return Terminal([*self._client, "-tt", "127.0.0.1", command], environment(TERM=term), size)


def _program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        raise FileNotFoundError(name)
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
