internal import Glibc

/// A file mapped read-only into memory for as long as this object lives.
///
/// Pages are read when they are first touched, so opening a checkpoint of any size costs nothing.
/// The file must not be truncated while it is mapped: the kernel answers a read past the new end
/// with `SIGBUS`.
public final class MappedFile: Sendable {
  /// The path that was opened, for messages.
  public let path: String
  /// The size of the file in bytes.
  public let count: Int

  // Safe: the mapping is private, never written, and unmapped only in `deinit`.
  private nonisolated(unsafe) let base: UnsafeRawPointer?

  /// Maps the regular file at `path`.
  ///
  /// - Throws: `FileError` when it cannot be opened, is not a regular file, or cannot be mapped.
  public init(_ path: String) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last("open", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .last("examine", path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let isDirectory = status.st_mode & S_IFMT == S_IFDIR
      throw FileError(action: "read", path: path, code: isDirectory ? EISDIR : EINVAL)
    }
    let size = Int(status.st_size)
    var mapping: UnsafeRawPointer?
    if size > 0 {
      let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
      guard let address, address != MAP_FAILED else { throw .last("map", path) }
      mapping = UnsafeRawPointer(address)
    }
    self.path = path
    self.count = size
    self.base = mapping
  }

  deinit {
    if let base { munmap(UnsafeMutableRawPointer(mutating: base), count) }
  }

  /// The mapped bytes. The pointer is valid while this object is alive: use it inside
  /// `withExtendedLifetime(file)`, or hold the file beside it.
  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  /// Gives the memory of a part back until it is read again: pages that lie wholly in `range`.
  public func releasePages(_ range: Range<Int>) {
    guard let base, range.lowerBound >= 0, range.upperBound <= count else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    // A mapping begins at a page; the last one may be shorter.
    let start = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound == count ? count : range.upperBound / page * page
    guard start < end else { return }
    _ = madvise(UnsafeMutableRawPointer(mutating: base + start), end - start, MADV_DONTNEED)
  }

  /// Calls `body` with the mapped bytes, which must not escape.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let result = try body(bytes)
    withExtendedLifetime(self) {}
    return result
  }
}
