import numpy as np
import pytest
import torch
from page_lock_driver import Driver

from rsatalker.renderers.page_locked import PageLockedMemory, lock_pages

pytestmark = pytest.mark.unit


def memory_of(driver: Driver) -> PageLockedMemory:
    return PageLockedMemory(on_cuda=False, lock=driver.lock, unlock=driver.unlock)


def test_page_locked_memory_keeps_a_buffer_of_a_name():
    memory = PageLockedMemory(on_cuda=False)
    first = memory.buffer("rgba", (2, 3), torch.uint8)
    assert memory.buffer("rgba", (3, 2), torch.uint8).data_ptr() == first.data_ptr()
    assert memory.buffer("rgba", (5, 3), torch.uint8).shape == (5, 3)


def test_page_locked_memory_holds_what_lies_in_adopted_memory():
    driver, region = Driver(), np.zeros(1000, np.uint8)
    memory = memory_of(driver)
    release = memory.adopt(region)
    assert driver.locked == {region.ctypes.data: 1000}
    assert memory.holds(region[100:900].view(np.float32))
    assert not memory.holds(np.zeros(8, np.uint8))
    release()
    assert not memory.holds(region[100:200])
    assert not driver.locked


def test_page_locked_memory_releases_once():
    driver, region = Driver(), np.zeros(1000, np.uint8)
    release = memory_of(driver).adopt(region)
    release()
    release()
    assert not driver.locked


def test_page_locked_memory_goes_on_when_the_driver_refuses():
    driver, region = Driver(most_bytes=10), np.zeros(1000, np.uint8)
    memory = memory_of(driver)
    memory.adopt(region)()
    assert not memory.holds(region)


def test_page_locked_memory_locks_nothing_without_a_device():
    region = np.zeros(1000, np.uint8)
    memory = PageLockedMemory(on_cuda=False)
    memory.adopt(region)()
    assert not memory.holds(region)


class Runtime:
    """CUDA's, of which the last error is asked by torch after each kernel; what raises is torch."""

    def __init__(self, answer: int) -> None:
        self.answer = answer
        self.last_error = 0
        self.kernels = 0

    def cudaHostRegister(self, address: int, size: int, flags: int) -> int:
        self.last_error = self.answer or self.last_error
        return self.answer

    def zeros(self, count: int, device: str) -> "Runtime":
        return self

    def add_(self, number: int) -> None:
        self.kernels += 1
        error, self.last_error = self.last_error, 0
        if error:
            raise RuntimeError(f"CUDA error {error}")


@pytest.mark.parametrize("answer", [0, 712])
def test_lock_pages_leaves_no_error_behind_for_the_next_kernel(monkeypatch: pytest.MonkeyPatch, answer: int):
    runtime = Runtime(answer)
    monkeypatch.setattr(torch.cuda, "cudart", lambda: runtime)
    monkeypatch.setattr(torch, "zeros", runtime.zeros)
    assert lock_pages(4096, 100) == (answer == 0)
    assert runtime.kernels == (answer != 0)
    assert runtime.last_error == 0
