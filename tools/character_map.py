"""SentencePiece's compiled character maps, made small enough to be test data."""

import struct


def compiled(rules: dict[str, str]) -> bytes:
    """The binary form of a map: a double-array trie in darts-clone's layout, then the replacements."""
    replacements, offsets = bytearray(), {}
    for new in dict.fromkeys(rules.values()):
        offsets[new] = len(replacements)
        replacements += new.encode() + b"\0"
    trie: dict = {}
    for old, new in rules.items():
        node = trie
        for byte in old.encode():
            node = node.setdefault(byte, {})
        node[0] = offsets[new]
    units: dict[int, int] = {}
    bases: set[int] = set()

    def place(node: dict, position: int) -> int:
        """Finds room for the children of a node; returns the node's unit without its label."""
        base = next(b for b in range(1, 1 << 20)
                    if b not in bases and all(b ^ label not in units and b ^ label for label in node))
        bases.add(base)
        for label in node:
            units[base ^ label] = 0
        for label, child in node.items():
            if label == 0:
                units[base] = child | 1 << 31
            else:
                units[base ^ label] = place(child, base ^ label) | label
        return (base ^ position) << 10 | (0 in node) << 8

    units[0] = 0
    units[0] = place(trie, 0)
    size = (max(units) | 255) + 1
    # An unused unit has a label that nothing leads to.
    array = [units.get(index, 1 << 31) for index in range(size)]
    return struct.pack("<I", size * 4) + struct.pack(f"<{size}I", *array) + bytes(replacements)
