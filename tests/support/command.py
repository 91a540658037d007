"""The command under test as a child process: bounded, in a clean environment, fully recorded."""

import enum
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

SLOW = float(os.environ.get("XGET_TEST_SLOW", "1"))  # multiplies every timeout

# Short waits: a test that fails for good should not take long to do so.
QUICK = ["--retry", "6", "--retry-wait", "30ms", "--stall-timeout", "1s",
         "--connect-timeout", "5s", "--give-up-after", "20s"]


class Exit(enum.IntEnum):
    SUCCESS = 0
    BUG = 1
    USAGE = 2
    NETWORK = 3
    REFUSED = 4
    CHECKSUM = 5
    DISK = 6
    CHANGED = 7
    EXISTS = 8
    NOT_PROVEN = 9
    INTERRUPTED = 130


def binary() -> str:
    return os.path.abspath(os.environ["XGET_BIN"])


def sanitized() -> bool:
    """A sanitizer build needs several times the memory and the time."""
    return b"__asan_init" in pathlib.Path(binary()).read_bytes()


def environment(home: str) -> dict[str, str]:
    """Nothing of the caller's but what sanitizers read; above all no proxies."""
    kept = {k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}
    return {"PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C.UTF-8", **kept}


class Run:
    """How a run ended. `out` is bytes, since it may be the download."""

    def __init__(self, arguments: list[str], code: int, out: bytes, err: str, seconds: float):
        self.arguments, self.code, self.out, self.err = arguments, code, out, err
        self.seconds = seconds

    def __str__(self):
        out = self.out.decode("utf-8", "replace")[-2000:]
        return (f"{' '.join(self.arguments)}\nexit {self.code} after {self.seconds:.2f} s\n"
                f"--- out\n{out}\n--- err\n{self.err[-6000:]}")

    def expect(self, *codes: int) -> "Run":
        assert self.code in codes, f"expected exit {[int(c) for c in codes]}\n{self}"
        return self


class Child:
    """A running command. Ended with the `with` block at the latest."""

    def __init__(self, arguments, cwd, stdout=None, env=None, wrapper=(), preexec=None,
                 stdin=subprocess.DEVNULL):
        self.arguments = [*map(str, wrapper), binary(), *map(str, arguments)]
        self._scratch = tempfile.mkdtemp(prefix="xget-out-")
        self._out = open(os.path.join(self._scratch, "out"), "w+b")
        self._err = open(os.path.join(self._scratch, "err"), "w+b")
        self._started = time.monotonic()
        self.process = subprocess.Popen(
            self.arguments, cwd=cwd, stdin=stdin, stdout=stdout or self._out,
            stderr=self._err, env=environment(self._scratch) | (env or {}), preexec_fn=preexec)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._out.close()
        self._err.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def interrupt(self, number: int = signal.SIGINT):
        self.process.send_signal(number)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def err(self) -> str:
        self._err.seek(0)
        return self._err.read().decode("utf-8", "replace")

    def peak_memory(self) -> int:
        """Bytes so far; only while it runs."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        return 0

    def wait(self, timeout: float = 60) -> Run:
        """Waits for the end. Running past the timeout fails the test."""
        hung = False
        try:
            self.process.wait(timeout * SLOW)
        except subprocess.TimeoutExpired:
            hung = True
            self.kill()
        self._out.seek(0)
        run = Run(self.arguments, self.process.returncode, self._out.read(), self.err(),
                  time.monotonic() - self._started)
        assert not hung, f"still running after {timeout} s\n{run}"
        assert run.code != Exit.BUG, f"the command says that it has a bug\n{run}"
        assert run.code >= 0 or -run.code == signal.SIGKILL, f"killed by a signal\n{run}"
        return run


def start_xget(arguments, cwd, **more) -> Child:
    return Child(arguments, cwd, **more)


def run_xget(arguments, cwd, timeout: float = 60, **more) -> Run:
    with Child(arguments, cwd, **more) as child:
        return child.wait(timeout)


def wait_until(condition, what: str, timeout: float = 15):
    """Polls until `condition()` is true."""
    deadline = time.monotonic() + timeout * SLOW
    while not condition():
        assert time.monotonic() < deadline, f"waited too long until {what}"
        time.sleep(0.005)
