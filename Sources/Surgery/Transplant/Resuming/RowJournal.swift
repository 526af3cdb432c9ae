internal import ByteIO
internal import Tensors

/// The rows that an unfinished transplant has made so far, in a file beside its destination.
///
/// The file begins with the identity of the transplant (`TransplantInputs.identity`) and has a record
/// per block of rows: a name, the rows with their origins, and a digest. What a killed process has written
/// in part is cut off. What a transplant makes in its first seconds is not worth a record.
final class RowJournal {
  /// Where the file is.
  let path: String
  private let identity: String
  /// When the work began, and after how long blocks are kept.
  private let start = ContinuousClock.now
  private let leastDuration: Duration
  /// The file as it was found, and where in it the content of a block is.
  private let found: MappedFile?
  private var places: [String: Range<Int>] = [:]
  private var output: OutputFile?
  private var size = 0

  private static let magic = "graft rows 1\n"
  private static let digestSize = 64

  /// Opens the file that belongs to a destination. One that belongs to another transplant is replaced
  /// when there is something to keep.
  ///
  /// - Throws: `FileError` when it cannot be read.
  init(
    destination: String, identity: String, leastDuration: Duration
  ) throws {
    path = Self.path(of: destination)
    self.identity = identity
    self.leastDuration = leastDuration
    let header = Array((Self.magic + identity).utf8)
    let file = FileSystem.isFile(path) ? try MappedFile(path) : nil
    guard let file, file.bytes.prefix(header.count).elementsEqual(header) else {
      found = nil
      return
    }
    found = file
    size = header.count
    try findRecords(file)
  }

  /// The file that belongs to a destination.
  static func path(of destination: String) -> String {
    "\(FileSystem.parent(destination))/.\(FileSystem.lastComponent(destination)).unfinished"
  }

  /// A block, when it is there with so many rows of so many columns.
  func block(_ name: String, rows: Int, columns: Int) -> MadeRows? {
    guard let found, let place = places[name] else { return nil }
    let made = found.withBytes { bytes in
      RowBlock.decode(UnsafeRawBufferPointer(rebasing: bytes[place]))
    }
    guard let made, made.rows.rows == rows, made.rows.columns == columns else { return nil }
    return made
  }

  /// Makes a block and keeps it, if the work has lasted long enough.
  func making(_ name: String, _ make: () throws -> MadeRows) throws -> MadeRows {
    let made = try make()
    if ContinuousClock.now - start >= leastDuration { try add(name, made) }
    return made
  }

  /// Removes the file: the transplant is done.
  func remove() throws {
    output = nil
    if FileSystem.isFile(path) { try FileSystem.removeTree(path) }
  }

  // MARK: Records: length of the name, name, length of the content, content, digest

  private func add(_ name: String, _ made: MadeRows) throws {
    let file = try output ?? open()
    output = file
    let content = RowBlock.encode(made)
    try file.write(RowBlock.bytes(UInt64(name.utf8.count)) + Array(name.utf8))
    try file.write(RowBlock.bytes(UInt64(content.count)))
    try file.write(content)
    try file.write(try content.withUnsafeBytes { try Self.digest(name, $0) })
    try file.flush()
  }

  private func open() throws(FileError) -> OutputFile {
    if found != nil { return try OutputFile(continuing: path, at: size) }
    if FileSystem.isFile(path) { try FileSystem.removeTree(path) }
    let file = try OutputFile(creating: path)
    try file.write(Self.magic + identity)
    return file
  }

  private func findRecords(_ file: MappedFile) throws {
    try file.withBytes { bytes in
      var reader = RowBlock.Reader(bytes, at: size)
      while let nameSize = reader.number(), let name = reader.take(nameSize),
        let contentSize = reader.number(), let content = reader.take(contentSize),
        let digest = reader.take(Self.digestSize)
      {
        let text = String(decoding: bytes[name], as: UTF8.self)
        let expected = try Self.digest(text, UnsafeRawBufferPointer(rebasing: bytes[content]))
        guard bytes[digest].elementsEqual(expected.utf8) else { return }
        places[text] = content
        size = digest.upperBound
      }
    }
  }

  private static func digest(_ name: String, _ content: UnsafeRawBufferPointer) throws -> String {
    let digest = try InputDigest()
    try digest.add(name)
    try digest.add(content)
    return try digest.finish()
  }
}
