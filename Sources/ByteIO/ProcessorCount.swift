internal import CLinux

/// The processors that this process may run on.
public enum ProcessorCount {
  /// The size of the kernel's set of processors that is asked for: enough for 8,192.
  private static let setSize = 1024

  /// How many there are, at least one. A process that is bound to some of the machine's processors
  /// counts only those.
  public static var available: Int {
    var set = [UInt8](repeating: 0, count: setSize)
    guard sched_getaffinity(0, setSize, &set) == 0 else { return 1 }
    return max(1, set.reduce(0) { $0 + $1.nonzeroBitCount })
  }
}
