internal import Glibc

/// The exact next-byte distribution of a model of tokens.
///
/// The probability of a text's beginning is the sum over its covers (Phan et al. 2024, byte-token
/// representation lemma). Where only canonical sequences count, the model's probabilities are
/// renormalized over the tokens that can follow, at every token: then the bytes have a distribution that
/// adds up, whatever the model gives to sequences that no tokenizer makes.
public struct CoveringByteModel<Model: NextTokenModel>: ByteModel {
  public let model: Model
  public private(set) var tree: CoveringTree
  /// The number of token sequences that are followed at most, the most probable first; without it, all.
  /// Of all sequences that spell a text there are exponentially many.
  public let beam: Int?
  private var evaluations: [Int: Evaluation] = [:]

  /// What the model says of a node.
  private struct Evaluation {
    /// The log-probability of the node's sequence, from the trunk of an earlier time on.
    var logMass: Double
    var state: Model.State
    /// The probability of each token as the next one, by its place in the index.
    var weights: [Double]
    /// The probability that the text ends.
    var end: Double
  }

  /// - Throws: `CoveringError`.
  public init(_ model: Model, rules: CoveringRules, beam: Int? = nil) throws(CoveringError) {
    self.model = model
    self.beam = beam
    tree = try CoveringTree(rules)
  }

  public mutating func append(_ byte: UInt8) throws { try tree.append(byte) }

  public mutating func nextByte() throws -> ByteDistribution {
    let trunk = tree.trunk
    for node in tree.live { try evaluate(node, trunk: trunk) }
    prune()
    var masses = [Double](repeating: 0, count: 256)
    var end = 0.0
    let largest = tree.live.compactMap { evaluations[$0]?.logMass }.max() ?? 0
    for node in tree.live {
      guard let evaluation = evaluations[node] else { continue }
      let mass = exp(evaluation.logMass - (largest.isFinite ? largest : 0))
      let depth = tree.depth(of: node)
      for token in tree.tokens(after: node) {
        masses[Int(tree.rules.index.byte(at: token, depth))] += mass * evaluation.weights[token]
      }
      if depth == 0 { end += mass * evaluation.end }
    }
    let live = Set(tree.live)
    evaluations = evaluations.filter { live.contains($0.key) }
    return ByteDistribution(masses: masses, end: end)
  }

  // MARK: Evaluating

  private mutating func evaluate(_ node: Int, trunk: Int) throws {
    if evaluations[node] != nil { return }
    if node == trunk {
      // How probable the tokens up to the trunk are is the same for all: only the model's state counts.
      var ancestor = node
      while ancestor > 0, evaluations[ancestor] == nil { ancestor = tree.nodes[ancestor].parent }
      let start = try evaluations[ancestor]?.state ?? model.start()
      let tokens = tree.tokens(to: node, from: ancestor)
      let state = tokens.isEmpty ? start : try model.state(after: start, reading: tokens)
      evaluations[node] = try evaluation(of: node, in: state, logMass: 0)
      return
    }
    let (parent, token) = (tree.nodes[node].parent, tree.nodes[node].token)
    try evaluate(parent, trunk: trunk)
    guard let before = evaluations[parent] else { return }
    let state = try model.state(after: before.state, reading: [tree.rules.index.ids[token]])
    evaluations[node] = try evaluation(
      of: node, in: state, logMass: before.logMass + log(before.weights[token]))
  }

  private func evaluation(
    of node: Int, in state: Model.State, logMass: Double
  ) throws -> Evaluation {
    let rules = tree.rules
    let place = tree.nodes[node].place
    let logProbabilities = try model.logProbabilities(in: state)
    func probability(_ token: TokenID) -> Double {
      Int(token) < logProbabilities.count ? exp(logProbabilities[Int(token)]) : 0
    }
    var weights = [Double](repeating: 0, count: rules.index.count)
    var sum = 0.0
    for token in weights.indices where rules.allows(token, after: place, in: tree.text) {
      weights[token] = probability(rules.index.ids[token])
      sum += weights[token]
    }
    var end = 0.0
    if rules.canEnd(place, in: tree.text) {
      end = rules.specialTokens.reduce(0) { $0 + probability($1) }
    }
    if rules.mode == .canonical, sum + end > 0 {
      let scale = 1 / (sum + end)
      for token in weights.indices { weights[token] *= scale }
      end *= scale
    }
    return Evaluation(logMass: logMass, state: state, weights: weights, end: end)
  }

  /// Follows only the most probable sequences from here on.
  private mutating func prune() {
    guard let beam, tree.live.count > beam else { return }
    var masses: [(node: Int, mass: Double)] = []
    for node in tree.live {
      guard let evaluation = evaluations[node] else { continue }
      var reach = tree.depth(of: node) == 0 ? evaluation.end : 0
      for token in tree.tokens(after: node) { reach += evaluation.weights[token] }
      masses.append((node, evaluation.logMass + log(reach)))
    }
    masses.sort { $0.mass > $1.mass }
    tree.keep(Set(masses.prefix(beam).map(\.node)))
  }
}

/// The natural logarithm, for files that need nothing else of the C library.
func logarithm(_ value: Double) -> Double { log(value) }
