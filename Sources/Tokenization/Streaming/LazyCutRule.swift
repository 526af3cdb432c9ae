internal import Synchronization

/// A tokenizer's rule for cutting texts, found when it is first asked for.
final class LazyCutRule: Sendable {
  private enum State {
    case unknown
    case known(CutRule?)
  }
  private let state = Mutex(State.unknown)

  func rule(for tokenizer: Tokenizer) -> CutRule? {
    state.withLock { state in
      if case .known(let rule) = state { return rule }
      let rule = CutProof.rule(for: tokenizer.definition)
      state = .known(rule)
      return rule
    }
  }
}
