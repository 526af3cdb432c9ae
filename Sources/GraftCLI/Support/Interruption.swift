internal import Glibc
internal import Synchronization

/// SIGINT and SIGTERM as an error of the running work, so that it removes what it has begun.
///
/// A second signal ends the process at once; what it leaves is removed by the next run.
enum Interruption {
  private static let signalNumber = Atomic<Int32>(0)

  /// From now on the first signal is remembered instead of ending the process.
  static func catchSignals() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        Interruption.signalNumber.store(number, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
  }

  /// - Throws: `Interrupted` after a signal.
  static func check() throws {
    let number = signalNumber.load(ordering: .relaxed)
    if number != 0 { throw Interrupted(signal: number) }
  }
}

/// The work was ended by a signal.
struct Interrupted: Error, CustomStringConvertible {
  let signal: Int32
  /// Where rows are kept from which the same command goes on.
  var unfinished: String?

  var description: String {
    let rest = unfinished.map { "; the same command goes on from the rows in \($0)" }
    return "interrupted; nothing was written" + (rest ?? "")
  }
}
