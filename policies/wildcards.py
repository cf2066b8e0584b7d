"""Name patterns in which `*` stands for any run of characters, or no character, and everything else for itself.

By hand: `fnmatch` gives `?` and `[` a meaning, too, and no library tells whether two patterns have a name in common.
"""


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


def may_both_match(one: str, other: str) -> bool:
    """Whether some name fits both patterns."""
    # reached[j]: some text fits what of `one` was looked at, and the first j characters of `other`
    reached = [True]
    for each in other:
        reached.append(reached[-1] and each == "*")
    for char in one:
        before, reached = reached, [reached[0] and char == "*"]
        for at, each in enumerate(other):
            if char == "*" or each == "*":
                reached.append(before[at + 1] or reached[at])
            else:
                reached.append(before[at] and char == each)
    return reached[-1]
