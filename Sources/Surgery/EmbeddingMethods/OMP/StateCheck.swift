/// What a pass finds out about some states, panel by panel.
///
/// As soon as a state is known to be wrong, the ones behind it do not matter any more, and are left out of
/// the panels to come.
struct StateCheck {
  private let states: [PursuitState]
  /// Per state, the score that makes a panel worth a closer look.
  let bounds: [Float]
  /// How many of the states are checked.
  private(set) var count: Int
  /// The lines that they need.
  private(set) var lines = 0
  /// Their factors and scales as `Panels.states` wants them.
  private(set) var factors: [Int16] = []
  private(set) var scales: [Float] = []

  /// The atoms found in the last state that is checked, if it is wrong.
  private var matches: [CorrelationScan.Match] = []
  private var isWrong = false

  /// - Parameter states: each with one more atom than the one before; at least one.
  init(_ states: [PursuitState]) {
    self.states = states
    bounds = states.map(\.integerBound)
    count = states.count
    layOut()
  }

  /// The first wrong state and the atoms that make it so.
  var result: (state: Int, matches: [CorrelationScan.Match])? {
    isWrong ? (count - 1, matches) : nil
  }

  /// Takes note of contenders in a state.
  mutating func found(_ contenders: [CorrelationScan.Match], in state: Int) {
    guard !contenders.isEmpty else { return }
    if state < count - 1 || !isWrong { matches = [] }
    matches += contenders
    isWrong = true
    guard state < count - 1 else { return }
    count = state + 1
    layOut()
  }

  private mutating func layOut() {
    lines = states[count - 1].integers.count / 2
    scales = states[..<count].map(\.scale)
    // Never empty, since pointers to it are taken.
    factors = [Int16](repeating: 0, count: max(2 * lines * count, 1))
    for index in 0..<count {
      // 0 stays for the atoms that a state does not have.
      for (row, factor) in states[index].integers.enumerated() {
        factors[(row / 2 * count + index) * 2 + row % 2] = factor
      }
    }
  }
}
