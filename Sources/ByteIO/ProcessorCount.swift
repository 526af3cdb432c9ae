internal import Glibc

/// The processors that this process may use.
public enum ProcessorCount {
  /// How many there are, at least one.
  public static var available: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
