/// Several steps of a pursuit per pass over all atoms.
extension GramPursuit {
  /// Takes at least one atom, unless the pursuit is at its end: some atoms by the candidates alone, and
  /// then checks these decisions against all atoms.
  ///
  /// Stops before an atom that needs exact computation; that comes after the check.
  mutating func lookAhead() {
    let firstCount = atoms.count
    var states: [PursuitState] = []
    repeat {
      let state = state()
      states.append(state)
      guard let match = strongest(state.contenders), isMeaningful(match) else { break }
      let addition = addition(of: match.index)
      guard addition.isCertain else { break }
      add(match.index, addition)
    } while rules.continues(atoms, squaredResidual: squaredResidual) && !needsRestart
      && states.count < workspace.layout.horizon
    settle(states, firstCount: firstCount)
  }

  /// Checks the decisions of `states`, of which the first has `firstCount` atoms and each one more than
  /// the one before; corrects the first wrong one, or goes on behind the last.
  private mutating func settle(_ states: [PursuitState], firstCount: Int) {
    let finding = workspace.pass(states, firstCount: firstCount, selected: selectedRows)
    if let (wrong, matches) = finding {
      removeAtoms(after: firstCount + wrong)
      workspace.addCandidates(matches.map(\.index))
      let state = states[wrong]
      take(strongest(state.contenders.adding(matches, state.margin, rules.weights)))
    } else if atoms.count < firstCount + states.count {
      take(states.last.flatMap { strongest($0.contenders) })
    } else if needsRestart {
      restart()
    }
  }
}
