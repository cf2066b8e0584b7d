"""Name patterns in which `*` stands for any run of characters, also none, and everything else for itself."""


def matches(pattern: str, name: str) -> bool:
    """Whether the whole of `name` fits `pattern`; capitals count.

    Each piece between two stars is taken at its first place after the piece before it, which is always right when
    `*` is the only wildcard and never goes back: no pattern makes this slow.
    """
    first, *rest = pattern.split("*")
    if not rest:
        return name == pattern
    *pieces, last = rest
    end = len(name) - len(last)
    if len(first) > end or not (name.startswith(first) and name.endswith(last)):
        return False
    at = len(first)
    for piece in pieces:
        found = name.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True
