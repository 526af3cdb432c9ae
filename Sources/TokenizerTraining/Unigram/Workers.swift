internal import ByteIO
internal import Dispatch

/// Threads that share a row of tasks.
enum Workers {
  /// The number of threads: what is asked for, or one per core.
  static func count(_ wanted: Int?) -> Int { wanted ?? ProcessorCount.available }

  /// Runs `body` for `tasks` tasks, worker `w` of `n` doing the tasks w, w + n, …, each worker with a
  /// state of its own; returns the states.
  ///
  /// Results that shall not depend on the number of workers must be combined from the states by an
  /// operation for which the order does not matter.
  static func run<State>(
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
}
