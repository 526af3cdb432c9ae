extension TextPattern {
  /// Whether this is one of the splitting patterns of byte-level tokenizers that are matched by hand.
  package var isWordPattern: Bool {
    if case .regex(let pattern) = self { WordPattern(pattern) != nil } else { false }
  }
}
