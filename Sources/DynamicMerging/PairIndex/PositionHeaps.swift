/// Many heaps of positions in three flat arrays; a position is in one heap at most.
///
/// Pairing heaps (Fredman, Sedgewick, Sleator and Tarjan 1986): the least position of a heap is its root,
/// positions are added in O(1) and taken out, wherever they are, in O(log n) amortised. Positions that come in
/// ascending order, as they nearly always do, make a heap of depth 1.
struct PositionHeaps {
  /// No position.
  static let none = UInt32.max

  /// The first of the positions below a position.
  private var children: [UInt32]
  /// The next position with the same parent.
  private var siblings: [UInt32]
  /// The parent of a first child, the previous sibling of any other.
  private var parents: [UInt32]
  /// The parts of a heap while they are put together.
  private var parts: [UInt32] = []

  /// Empty heaps of the positions below `count`.
  init(count: Int) {
    children = Array(repeating: Self.none, count: count)
    siblings = children
    parents = children
  }

  /// Joins two heaps, each given by its root or `none`.
  ///
  /// - Returns: the root of the whole.
  mutating func joined(_ left: UInt32, _ right: UInt32) -> UInt32 {
    if left == Self.none { return right }
    if right == Self.none { return left }
    let (top, below) = left < right ? (left, right) : (right, left)
    let first = children[Int(top)]
    siblings[Int(below)] = first
    if first != Self.none { parents[Int(first)] = below }
    parents[Int(below)] = top
    children[Int(top)] = below
    return top
  }

  /// Takes a position out of the heap with the given root.
  ///
  /// - Returns: the root of what is left.
  mutating func removing(_ position: UInt32, from root: UInt32) -> UInt32 {
    let place = Int(position)
    let rest = joinedChildren(of: position)
    guard position != root else { return rest }
    let (before, after) = (parents[place], siblings[place])
    if children[Int(before)] == position {
      children[Int(before)] = after
    } else {
      siblings[Int(before)] = after
    }
    if after != Self.none { parents[Int(after)] = before }
    detach(position)
    return joined(root, rest)
  }

  /// Appends all positions of a heap, which is gone then, in no order.
  mutating func takeAll(_ root: UInt32, into positions: inout [UInt32]) {
    guard root != Self.none else { return }
    var index = positions.count
    positions.append(root)
    while index < positions.count {
      let position = positions[index]
      var child = children[Int(position)]
      while child != Self.none {
        positions.append(child)
        child = siblings[Int(child)]
      }
      detach(position)
      children[Int(position)] = Self.none
      index += 1
    }
  }

  /// Makes one heap of what is below a position: neighbours are joined first, and then all from the right.
  private mutating func joinedChildren(of position: UInt32) -> UInt32 {
    var child = children[Int(position)]
    children[Int(position)] = Self.none
    parts.removeAll(keepingCapacity: true)
    while child != Self.none {
      let second = siblings[Int(child)]
      let following = second == Self.none ? Self.none : siblings[Int(second)]
      detach(child)
      if second != Self.none { detach(second) }
      parts.append(joined(child, second))
      child = following
    }
    var root = Self.none
    while let part = parts.popLast() { root = joined(part, root) }
    return root
  }

  private mutating func detach(_ position: UInt32) {
    siblings[Int(position)] = Self.none
    parents[Int(position)] = Self.none
  }
}
