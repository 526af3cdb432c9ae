/// Which tokens of a merging model can stand side by side.
///
/// Two neighbours are valid when encoding their joined text gives them back; a sequence is valid when every
/// pair is (Phan et al. 2024, "Exact Byte-Level Probabilities from Tokenized Language Models"). A pair is
/// judged without encoding: each side is made as if the other were not there, so that only the symbols at
/// the seam have to be followed, from the finished tokens back to their characters. The pair is
/// invalid if at any time the two symbols at the seam have a merge that comes before those that are still
/// due on both sides.
package struct PairValidity: Sendable {
  private let merges: MergeDerivations
  /// By id: how the token is made; `nil` where merges do not make it.
  private let derivations: [MergeDerivations.Derivation?]

  /// - Parameters:
  ///   - atoms: tokens that are no product of merges and merge with nothing, such as fallback bytes.
  /// - Complexity: O(total of the squares of the tokens' lengths).
  package init?(_ model: TokenizationModel, atoms: Set<TokenID> = []) {
    guard let merges = MergeDerivations(model) else { return nil }
    self.merges = merges
    let count = model.vocabulary.maximumID.map { Int($0) + 1 } ?? 0
    var derivations = [MergeDerivations.Derivation?](repeating: nil, count: count)
    for (_, id) in model.vocabulary.entries {
      derivations[Int(id)] =
        atoms.contains(id) ? MergeDerivations.Derivation() : merges.derivation(of: id)
    }
    self.derivations = derivations
  }

  /// Whether merges make the token from its own text.
  package func isReachable(_ token: TokenID) -> Bool {
    Int(token) < derivations.count && derivations[Int(token)] != nil
  }

  /// Whether two tokens that merges make stay two when they stand side by side.
  ///
  /// - Complexity: O(number of merges that the two are made of at the seam).
  package func isValid(_ left: TokenID, _ right: TokenID) -> Bool {
    guard var leftHalf = derivations[Int(left)], var rightHalf = derivations[Int(right)] else {
      return false
    }
    // The walk needs merges that are made in the order of their ranks.
    guard leftHalf.isOrdered, rightHalf.isOrdered else {
      return merges.tokens(joining: left, right) == [left, right]
    }
    var (left, right) = (left, right)
    // The merges that are due next at the seam, after the time that is looked at.
    var (leftDue, rightDue) = (Double.infinity, Double.infinity)
    while true {
      // Of equal merges the leftmost is made first: the left side's, the seam's, the right side's.
      if let seam = merges.merge(left, right), seam.order < leftDue, seam.order <= rightDue {
        return false
      }
      // What was made last is taken back.
      let takesRight = rightHalf.halves != nil && rightHalf.order >= leftHalf.order
      if takesRight, let halves = rightHalf.halves {
        (right, rightDue) = (halves.left, rightHalf.order)
        guard let half = derivations[Int(right)] else { return false }
        rightHalf = half
      } else if let halves = leftHalf.halves {
        (left, leftDue) = (halves.right, leftHalf.order)
        guard let half = derivations[Int(left)] else { return false }
        leftHalf = half
      } else {
        return true
      }
    }
  }
}
