from typing import NamedTuple
class Settings(NamedTuple):
    batch: int = 32
def fine_tune(*a): raise NotImplementedError
