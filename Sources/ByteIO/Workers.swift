internal import Dispatch
internal import Synchronization

/// Threads that share work.
package enum Workers {
  /// The number of threads: what is asked for, at least one, or one per core.
  package static func count(_ wanted: Int?) -> Int {
    wanted.map { max(1, $0) } ?? ProcessorCount.available
  }

  /// Runs `body` for `tasks` tasks, worker `w` of `n` doing the tasks w, w + n, …, each worker with a
  /// state of its own; returns the states.
  ///
  /// Results that shall not depend on the number of workers must be combined from the states by an
  /// operation for which the order does not matter.
  package static func run<State>(
    tasks: Int, workers: Int, state: @Sendable () -> State,
    _ body: @Sendable (Int, inout State) -> Void
  ) -> [State] {
    let workers = max(1, min(tasks, workers))
    var states = (0..<workers).map { _ in state() }
    states.withUnsafeMutableBufferPointer { states in
      // Each worker touches only its own state.
      nonisolated(unsafe) let states = states
      @Sendable func work(_ worker: Int) {
        for task in stride(from: worker, to: tasks, by: workers) { body(task, &states[worker]) }
      }
      if workers == 1 { return work(0) }
      DispatchQueue.concurrentPerform(iterations: workers, execute: work)
    }
    return states
  }

  /// The result of `transform` for each element, in order, whatever thread made it.
  ///
  /// - Parameters:
  ///   - workers: the number of threads.
  ///   - pieceSize: how many elements a thread takes at a time.
  /// - Throws: the error of the first element that has one.
  package static func map<Element: Sendable, Result: Sendable, Failure: Error>(
    _ elements: [Element], workers: Int, pieceSize: Int = 1,
    _ transform: @Sendable (Element) throws(Failure) -> Result
  ) throws(Failure) -> [Result] {
    let pieceCount = (elements.count + pieceSize - 1) / pieceSize
    guard workers > 1, pieceCount > 1 else { return try mapped(elements[...], transform) }
    let pieces = Mutex([Swift.Result<[Result], Failure>?](repeating: nil, count: pieceCount))
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: min(workers, pieceCount)) { _ in
      while true {
        let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard piece < pieceCount else { return }
        let range = (piece * pieceSize)..<min((piece + 1) * pieceSize, elements.count)
        let result = Swift.Result { () throws(Failure) in try mapped(elements[range], transform) }
        pieces.withLock { $0[piece] = result }
      }
    }
    var results: [Result] = []
    results.reserveCapacity(elements.count)
    for piece in pieces.withLock({ $0 }) {
      if let piece { results += try piece.get() }
    }
    return results
  }

  private static func mapped<Element, Result, Failure: Error>(
    _ elements: ArraySlice<Element>, _ transform: (Element) throws(Failure) -> Result
  ) throws(Failure) -> [Result] {
    var results: [Result] = []
    results.reserveCapacity(elements.count)
    for element in elements { results.append(try transform(element)) }
    return results
  }
}
