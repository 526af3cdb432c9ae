internal import COpenBLAS
internal import Dispatch
internal import Synchronization

/// Runs `body` for every index in `0..<count` on as many threads as there are cores, and returns when
/// all are done.
///
/// Which thread runs which index, and when, is left open: `body` must write only to what belongs to
/// its index. Callers cut their work into pieces whose size does not depend on the number of threads,
/// so that results do not either. OpenBLAS is told to stay on the calling thread (see
/// `SingleThreadedBLAS`), so that a product inside `body` does not start threads of its own.
public func parallelFor(count: Int, _ body: @Sendable (Int) -> Void) {
  SingleThreadedBLAS.require()
  let limit = ThreadLimit.current
  guard count > 1, limit != 1 else { return (0..<count).forEach(body) }
  guard let limit, limit < count else {
    return DispatchQueue.concurrentPerform(iterations: count, execute: body)
  }
  let next = Atomic(0)
  DispatchQueue.concurrentPerform(iterations: limit) { _ in
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      body(index)
    }
  }
}

/// Runs `body` for consecutive pieces of `0..<count` of at most `size` elements, as `parallelFor`.
public func parallelFor(count: Int, pieceSize size: Int, _ body: @Sendable (Range<Int>) -> Void) {
  precondition(size > 0)
  parallelFor(count: (count + size - 1) / size) { piece in
    body((piece * size)..<min((piece + 1) * size, count))
  }
}

/// The number of threads that `parallelFor` uses at most; process-wide.
public enum ThreadLimit {
  /// 0 stands for no limit.
  private static let value = Atomic(0)

  /// The limit; `nil` for as many threads as there are cores.
  public static var current: Int? {
    let limit = value.load(ordering: .relaxed)
    return limit == 0 ? nil : limit
  }

  /// Sets the limit, at least 1; `nil` removes it.
  public static func set(_ limit: Int?) { value.store(max(limit ?? 0, 0), ordering: .relaxed) }
}

/// Keeps OpenBLAS on one thread, with the right kernels (see `OpenBLASKernels`).
///
/// All parallel work is cut by this module: pieces of fixed size give the same bits on any number of
/// cores, which OpenBLAS' own division of a product does not promise. The setting is process-wide,
/// since OpenBLAS has no other before version 0.3.27.
enum SingleThreadedBLAS {
  private static let once: Void = {
    OpenBLASKernels.choose()
    openblas_set_num_threads(1)
  }()

  /// Makes the setting when it has not been made.
  static func require() { _ = once }
}
