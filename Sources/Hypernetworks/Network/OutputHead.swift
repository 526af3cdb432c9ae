internal import LanguageModels

/// What makes rows of final states.
struct OutputHead: Sendable {
  let block: ProjectorBlock
  let map: Affine
  let scaler: RowScaler?
  /// Where its rows begin in what the network predicts.
  let column: Int

  struct Trace {
    let block: ProjectorBlock.Trace
    let projected: RowBuffer
  }

  /// Writes the rows for some states into columns of `result`.
  func run(_ states: RowBuffer, into result: RowBuffer) -> Trace {
    let (projected, trace) = block.run(states)
    let rows = map.apply(to: projected)
    scaler?.apply(to: rows)
    rows.forEachRow { row, elements in
      (result[row] + column).update(from: elements, count: rows.columns)
    }
    return Trace(block: trace, projected: projected)
  }

  /// From the gradient by what the network predicts to the one by the states, which is added.
  func carryBack(
    _ slope: RowBuffer, _ trace: Trace, into gradient: ParameterGradient, adding result: RowBuffer
  ) {
    let rows = RowBuffer(rows: slope.rows, columns: map.map.outputs)
    rows.forEachRow { row, elements in
      elements.update(from: slope[row] + column, count: rows.columns)
    }
    scaler?.carryBack(rows)
    let projected = map.carryBack(rows, input: trace.projected, into: gradient)
    result.add(block.carryBack(projected, trace.block, into: gradient))
  }
}
