internal import Glibc

/// The memory of this process.
public enum ProcessMemory {
  /// The bytes that are resident now, mapped files included: what counts towards the peak that
  /// `getrusage` reports. 0 where the system does not say.
  public static var resident: Int { pages(1) }

  /// The bytes of it that are not a file's: what the system cannot take back.
  public static var anonymous: Int { max(pages(1) - pages(2), 0) }

  /// A field of `/proc/self/statm` in bytes: 1 for resident pages, 2 for those of files (proc(5)).
  private static func pages(_ field: Int) -> Int {
    guard let text = try? FileSystem.read("/proc/self/statm") else { return 0 }
    let fields = text.split(separator: UInt8(ascii: " "))
    guard fields.count > field, let pages = Int(String(decoding: fields[field], as: UTF8.self))
    else { return 0 }
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
  }
}
