/// The token sequences that cover a text which grows byte by byte (the valid covering tree of Phan et al.
/// 2024 and Hayase et al. 2025).
///
/// A node is a sequence that ends at or before the end of the text; it is live as long as some token goes on
/// from it through the end. Of the canonical sequences there are hardly more live nodes than a
/// token has bytes.
public struct CoveringTree {
  public let rules: CoveringRules
  /// The text, behind the space that the tokenizer puts in front.
  public private(set) var text: [UInt8] = []
  private(set) var nodes = [Node()]
  /// The live nodes, in the order in which they were made.
  private(set) var live = [0]

  struct Node {
    /// Where its sequence stands.
    var place = CoveringRules.Place()
    /// -1 for the beginning.
    var parent = -1
    /// The place of its last token in the index.
    var token = -1
    /// The tokens that go on through the end of the text.
    var range: Range<Int> = 0..<0
  }

  /// - Throws: `CoveringError.impossible` when no token begins with the space that is put in front.
  public init(_ rules: CoveringRules) throws(CoveringError) {
    self.rules = rules
    nodes[0].range = 0..<rules.index.count
    if rules.addsSpace { try append(0x20) }
  }

  /// The number of bytes of the text itself.
  public var count: Int { text.count - (rules.addsSpace ? 1 : 0) }

  /// Makes the text one byte longer.
  ///
  /// - Throws: `CoveringError.impossible` when no tokens cover it then; the tree is as it was.
  public mutating func append(_ byte: UInt8) throws(CoveringError) {
    var goesOn: [(node: Int, range: Range<Int>)] = []
    for node in live {
      let depth = text.count - nodes[node].place.position
      let range = rules.index.narrowed(nodes[node].range, depth: depth, byte: byte)
      if !range.isEmpty { goesOn.append((node, range)) }
    }
    text.append(byte)
    var added: [Node] = []
    for (node, range) in goesOn {
      let place = nodes[node].place
      let depth = text.count - place.position
      for token in range.lowerBound..<rules.index.afterEnded(range, depth: depth).lowerBound {
        let states = rules.states(after: place, adding: token, in: text)
        guard !states.isEmpty else { continue }
        let next = CoveringRules.Place(
          states: states, last: rules.index.ids[token], position: text.count)
        added.append(
          Node(place: next, parent: node, token: token, range: 0..<rules.index.count))
      }
    }
    let before = (live, live.map { nodes[$0].range })
    for (node, range) in goesOn { nodes[node].range = range }
    live = goesOn.map(\.node).filter { mayGoOn($0) }
    guard !live.isEmpty || !added.isEmpty else {
      text.removeLast()
      live = before.0
      for (node, range) in zip(before.0, before.1) { nodes[node].range = range }
      throw .impossible(offset: count)
    }
    live += nodes.count..<(nodes.count + added.count)
    nodes += added
  }

  /// Makes the text longer.
  ///
  /// - Throws: as `append(_:)`; the text is as long as tokens cover it.
  public mutating func append(_ bytes: some Sequence<UInt8>) throws(CoveringError) {
    for byte in bytes { try append(byte) }
  }

  /// Whether a token that is longer than the text, and may be used, goes on from a node.
  private func mayGoOn(_ node: Int) -> Bool {
    tokens(after: node).contains { isAllowed($0, after: node) }
  }

  /// The tokens that go on from a node beyond the end of the text, whether they may be used or not.
  func tokens(after node: Int) -> Range<Int> {
    rules.index.afterEnded(nodes[node].range, depth: depth(of: node))
  }

  /// Whether a token may be used after a node.
  func isAllowed(_ token: Int, after node: Int) -> Bool {
    rules.allows(token, after: nodes[node].place, in: text)
  }

  /// How many bytes of the text stand behind a node.
  func depth(of node: Int) -> Int { text.count - nodes[node].place.position }

  /// The tokens of a node, from an ancestor on.
  func tokens(to node: Int, from ancestor: Int = 0) -> [TokenID] {
    var tokens: [TokenID] = []
    var node = node
    while node != ancestor, node > 0 {
      tokens.append(rules.index.ids[nodes[node].token])
      node = nodes[node].parent
    }
    return tokens.reversed()
  }

  /// The node that all live nodes come from: the tokens up to it are certain, however the text goes on.
  var trunk: Int {
    var open = Set(live)
    while open.count > 1, let last = open.max() {
      open.remove(last)
      open.insert(nodes[last].parent)
    }
    return open.first ?? 0
  }

  /// Keeps only some of the live nodes.
  mutating func keep(_ kept: Set<Int>) { live.removeAll { !kept.contains($0) } }

  /// The tokens that no continuation of the text can change.
  public var certainTokens: [TokenID] { tokens(to: trunk) }

  // MARK: Covers

  /// A sequence of tokens whose last one reaches or passes the end of the text.
  public struct Cover: Sendable, Equatable {
    public let tokens: [TokenID]
    /// What the last token has beyond the text.
    public let overshoot: [UInt8]
  }

  /// All covers of the text, ordered by where their last token begins; the empty one for no text.
  public func covers() -> [Cover] {
    guard count > 0 else { return [Cover(tokens: [], overshoot: [])] }
    var result: [Cover] = []
    for node in live where depth(of: node) > 0 {
      let start = tokens(to: node)
      for token in tokens(after: node) where isAllowed(token, after: node) {
        result.append(
          Cover(
            tokens: start + [rules.index.ids[token]],
            overshoot: Array(rules.index.bytes(at: token).dropFirst(depth(of: node)))))
      }
    }
    for node in live where depth(of: node) == 0 {
      result.append(Cover(tokens: tokens(to: node), overshoot: []))
    }
    return result.sorted { $0.tokens.lexicographicallyPrecedes($1.tokens) }
  }

  /// Where a live node is an end of the text that the tokenizer can give.
  func canEnd(_ node: Int) -> Bool {
    depth(of: node) == 0 && rules.canEnd(nodes[node].place, in: text)
  }
}
