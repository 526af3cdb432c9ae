public import ByteIO
internal import Tensors

/// Writes batches into a directory, a file or a set of files for each, and a description of all.
///
/// `words-00000.safetensors` has the tensors `ids` (rows × width, int32), `mask` (rows × width, uint8),
/// `lengths` (int32), `starts` (int64) and `byte_lengths` (int32), the bytes of the text that a row stands
/// for. As NumPy arrays they are `words-00000.ids.npy` and so on. `words.json` says what the ids mean.
public final class PooledFiles {
  /// The form of the files.
  public enum Format: String, Sendable, CaseIterable {
    case safetensors
    case numpy
  }
  private let directory: AtomicDirectory
  private let format: Format
  private let rule: String
  private var shards: [String] = []
  private var layout: PoolingLayout?
  private var words = 0

  /// - Parameters:
  ///   - rule: what the rule for words is called, for the description.
  ///   - replacing: whether a directory that is there is replaced.
  /// - Throws: `FileError`.
  public init(
    destination: String, format: Format, rule: String, replacing: Bool = false
  ) throws(FileError) {
    directory = try AtomicDirectory(destination: destination, replacing: replacing)
    self.format = format
    self.rule = rule
  }

  /// Writes a batch.
  public func write(_ batch: PooledBatch) throws {
    layout = batch.layout
    words += batch.count
    let number = String(shards.count)
    let name = "words-" + String(repeating: "0", count: max(0, 5 - number.count)) + number
    let arrays = [
      StoredArray("ids", .int32, [batch.count, batch.width], batch.ids),
      StoredArray("mask", .uint8, [batch.count, batch.width], batch.mask),
      StoredArray("lengths", .int32, [batch.count], batch.lengths),
      StoredArray("starts", .int64, [batch.count], batch.starts),
      StoredArray("byte_lengths", .int32, [batch.count], batch.byteLengths),
    ]
    var files: [String] = []
    switch format {
    case .safetensors:
      files = [name + ".safetensors"]
      try SafetensorsWriter.write(arrays.map(\.tensor), to: directory.path(files[0]))
    case .numpy:
      for array in arrays {
        files.append("\(name).\(array.name).npy")
        let file = try OutputFile(creating: directory.path(files[files.count - 1]))
        try file.write(array.numpyHeader + array.bytes)
        try file.finish()
      }
    }
    shards.append(
      "{\"files\":\(JSONText.list(files.map(JSONText.string))),\"words\":\(batch.count),"
        + "\"width\":\(batch.width)}")
  }

  /// Writes the description and lets the directory appear.
  public func finish() throws {
    var members = [
      "\"rule\":\(JSONText.string(rule))", "\"words\":\(words)",
      "\"shards\":\(JSONText.list(shards))",
    ]
    if let layout { members += layout.members }
    let file = try OutputFile(creating: directory.path("words.json"))
    try file.write("{\(members.joined(separator: ","))}\n")
    try file.finish()
    try directory.commit()
  }
}

extension PoolingLayout {
  /// The description of what ids mean.
  fileprivate var members: [String] {
    let units: String
    switch self.units {
    case .bytes: units = "bytes"
    case .characters: units = "characters"
    case .tokens: units = "tokens"
    }
    let longWords: String
    switch self.longWords {
    case .split: longWords = "split"
    case .truncate: longWords = "truncate"
    case .replace: longWords = "replace"
    }
    return [
      "\"units\":\"\(units)\"", "\"offset\":\(offset)", "\"padding\":0",
      "\"unitCount\":\(unitCount)", "\"prefixSlots\":\(prefixSlots)",
      "\"prefixIDs\":\(JSONText.list((0..<prefixSlots).map { String(prefixID($0)) }))",
      "\"maximumUnits\":\(maximumUnits.map(String.init) ?? "null")",
      "\"longWords\":\"\(longWords)\"", "\"keepsSeparators\":\(keepsSeparators)",
    ]
  }
}

/// An array of integers on its way into a file.
private struct StoredArray {
  let name: String
  let elementType: ElementType
  let shape: [Int]
  /// The elements, little-endian.
  let bytes: [UInt8]

  init<Element: FixedWidthInteger>(
    _ name: String, _ elementType: ElementType, _ shape: [Int], _ elements: [Element]
  ) {
    self.name = name
    self.elementType = elementType
    self.shape = shape
    bytes = elements.map(\.littleEndian).withUnsafeBytes { Array($0) }
  }

  var tensor: TensorOutput {
    TensorOutput(name: name, elementType: elementType, shape: shape) { sink in
      try bytes.withUnsafeBytes { try sink.write(bytes: $0) }
    }
  }

  /// The beginning of a `.npy` file of version 1, padded to a multiple of 64 bytes as NumPy does.
  var numpyHeader: [UInt8] {
    let kind = elementType == .uint8 ? "|u1" : "<i\(elementType.bitCount / 8)"
    let sizes = shape.count == 1 ? "\(shape[0])," : shape.map(String.init).joined(separator: ", ")
    var text = "{'descr': '\(kind)', 'fortran_order': False, 'shape': (\(sizes)), }"
    let length = (10 + text.utf8.count + 1 + 63) / 64 * 64
    text += String(repeating: " ", count: length - 10 - text.utf8.count - 1) + "\n"
    let count = UInt16(length - 10)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(count & 0xFF), UInt8(count >> 8)]
      + Array(text.utf8)
  }
}
