import ByteIO
import TestSupport
import Testing

@testable import Tensors

/// What is refused in a header, and what is not.
@Suite struct SafetensorsHeaderTests {
  private func problem(of bytes: [UInt8]) -> SafetensorsError.Problem? {
    do {
      _ = try bytes.withUnsafeBytes { bytes in
        try SafetensorsHeader(of: bytes, path: "file")
      }
      return nil
    } catch {
      return (error as? SafetensorsError)?.problem
    }
  }

  /// The problem of a file with tensors of F32: `(name, shape, offsets)` each.
  private func problem(
    _ tensors: [(String, String, String)], dataSize: Int
  ) -> SafetensorsError.Problem? {
    let members = tensors.map { name, shape, offsets in
      #""\#(name)":{"dtype":"F32","shape":\#(shape),"data_offsets":\#(offsets)}"#
    }
    let header = "{" + members.joined(separator: ",") + "}"
    return problem(of: safetensors(header, data: [UInt8](repeating: 0, count: dataSize)))
  }

  @Test("A file without tensors, a scalar, an empty tensor and unknown members are accepted")
  func acceptsUnusual() {
    #expect(problem(of: safetensors("{}")) == nil)
    #expect(problem(of: safetensors("{}   ")) == nil)
    #expect(problem(of: safetensors(#"{"__metadata__":null}"#)) == nil)
    #expect(problem([("x", "[]", "[0,4]")], dataSize: 4) == nil)
    #expect(problem([("x", "[1]", "[0,4]"), ("y", "[7,0]", "[4,4]")], dataSize: 4) == nil)
    #expect(problem([("y", "[0]", "[0,0]"), ("x", "[1]", "[0,4]")], dataSize: 4) == nil)
    let header = #"{"x":{"shape":[2],"note":1,"data_offsets":[0,1],"dtype":"F4"}}"#
    #expect(problem(of: safetensors(header, data: [0])) == nil)
  }

  @Test("A header that does not fit its file is refused")
  func refusesLengths() {
    #expect(problem(of: []) == .tooShort(size: 0))
    #expect(problem(of: [1, 2, 3]) == .tooShort(size: 3))
    let huge = [UInt8](repeating: 0xFF, count: 8)
    #expect(problem(of: huge) == .headerTooLong(length: .max))
    let over = withUnsafeBytes(of: UInt64(100_000_001).littleEndian) { Array($0) }
    #expect(problem(of: over) == .headerTooLong(length: 100_000_001))
    let short = withUnsafeBytes(of: UInt64(9).littleEndian) { Array($0) } + "{}".utf8
    #expect(problem(of: short) == .headerBeyondEnd(length: 9, fileSize: 10))
  }

  @Test("A header that is not a JSON object in UTF-8 is refused")
  func refusesText() {
    #expect(problem(of: safetensors("")) == .headerNotObject)
    #expect(problem(of: safetensors(" {}")) == .headerNotObject)
    #expect(problem(of: safetensors("[]")) == .headerNotObject)
    var bytes = safetensors("{\"a\"}")
    bytes[10] = 0xFF
    #expect(problem(of: bytes) == .headerNotUTF8(offset: 10))
    guard case .headerNotJSON? = problem(of: safetensors("{\"x\":")) else {
      Issue.record("half a header was accepted")
      return
    }
    let deep = String(repeating: "{\"a\":", count: 50_000)
    guard case .headerNotJSON? = problem(of: safetensors("{\"__metadata__\":" + deep)) else {
      Issue.record("deep nesting was accepted")
      return
    }
  }

  @Test(
    "A header whose members are of the wrong kind is refused",
    arguments: [
      #"{"__metadata__":{"a":1}}"#, #"{"__metadata__":[]}"#,
      #"{"__metadata__":{},"__metadata__":{}}"#, #"{"x":1}"#, #"{"x":{}}"#,
      #"{"x":{"dtype":"U8","shape":[]}}"#, #"{"x":{"dtype":8,"shape":[],"data_offsets":[0,0]}}"#,
      #"{"x":{"dtype":"U8","shape":{},"data_offsets":[0,0]}}"#,
      #"{"x":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}"#,
      #"{"x":{"dtype":"U8","shape":[-0],"data_offsets":[0,0]}}"#,
      #"{"x":{"dtype":"U8","shape":[0],"data_offsets":[-8,-8]}}"#,
      #"{"x":{"dtype":"U8","shape":[0],"data_offsets":[0]}}"#,
      #"{"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0,0]}}"#,
      #"{"x":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#,
      #"{"x":{"dtype":"U8","shape":[0],"data_offsets":[0,99999999999999999999]}}"#,
    ])
  func refusesKinds(header: String) {
    guard case .invalidHeader? = problem(of: safetensors(header)) else {
      Issue.record("\(String(describing: problem(of: safetensors(header))))")
      return
    }
  }

  @Test("Offsets that leave a byte to no tensor or to two are refused")
  func refusesOffsets() {
    #expect(problem([("x", "[1]", "[8,4]")], dataSize: 8) == .reversedOffsets(begin: 8, end: 4))
    #expect(
      problem([("x", "[1]", "[0,4]"), ("y", "[2]", "[0,8]")], dataSize: 8)
        == .overlap(begin: 0, previousEnd: 4))
    #expect(
      problem([("x", "[1]", "[0,4]"), ("y", "[1]", "[8,12]")], dataSize: 12)
        == .hole(begin: 8, previousEnd: 4))
    #expect(problem([("x", "[1]", "[4,8]")], dataSize: 8) == .hole(begin: 4, previousEnd: 0))
    #expect(problem([("x", "[1]", "[0,4]")], dataSize: 3) == .beyondEnd(end: 4, dataSize: 3))
    #expect(problem([("x", "[1]", "[0,4]")], dataSize: 5) == .trailingBytes(end: 4, dataSize: 5))
    #expect(
      problem([("x", "[1]", "[0,4]"), ("x", "[1]", "[4,8]")], dataSize: 8) == .duplicateTensor)
  }

  @Test("Shapes that do not give the size, or no size at all, are refused")
  func refusesShapes() {
    #expect(
      problem([("x", "[3]", "[0,8]")], dataSize: 8)
        == .sizeMismatch(shape: [3], needed: 12, begin: 0, end: 8))
    let large = 1 << 62
    #expect(
      problem([("x", "[\(large),8,0]", "[0,0]")], dataSize: 0) == .invalidShape([large, 8, 0]))
    #expect(problem([("x", "[\(large)]", "[0,0]")], dataSize: 0) == .invalidShape([large]))
    #expect(
      problem(of: safetensors(#"{"x":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}"#, data: [0]))
        == .invalidShape([3]))
    #expect(
      problem(of: safetensors(#"{"x":{"dtype":"F99","shape":[0],"data_offsets":[0,0]}}"#))
        == .unknownElementType("F99"))
  }

  @Test("Every element type of the format is known by its name and size")
  func knowsElementTypes() {
    for type in ElementType.allCases {
      let size = type.bitCount
      let header =
        #"{"x":{"dtype":"\#(type.rawValue)","shape":[8],"data_offsets":[0,\#(size)]}}"#
      #expect(problem(of: safetensors(header, data: Array(repeating: 0, count: size))) == nil)
    }
    #expect(ElementType.allCases.count == 20)
  }

  @Test("A file cut off at any byte is refused with an error")
  func refusesTruncation() {
    let whole = oneTensor(count: 40)
    for count in 0..<whole.count { #expect(problem(of: Array(whole[..<count])) != nil) }
  }

  @Test("A file with any byte changed is read or refused, and never crashes")
  func survivesDamage() {
    let whole = oneTensor(count: 4)
    var generator = SeededGenerator(seed: 11)
    for position in whole.indices {
      for _ in 0..<20 {
        var bytes = whole
        bytes[position] = UInt8.random(in: 0 ... .max, using: &generator)
        _ = problem(of: bytes)
      }
    }
  }

  @Test(
    "Every damaged reference file has the outcome that its notes expect",
    .enabled(if: ReferenceFiles.areAvailable, "\(ReferenceFiles.hint)"))
  func treatsReferenceFiles() throws {
    var count = 0
    for line in try FileSystem.read(ReferenceFiles.path("bad/notes.jsonl")).split(separator: 10) {
      let note = try JSON(parsing: Array(line), source: "notes.jsonl")
      // The packed one nests its metadata 50,000 levels deep, as `refusesText` does.
      guard let name = note["file"]?.string, name.hasSuffix(".safetensors") else { continue }
      count += 1
      let path = ReferenceFiles.path("bad/" + name)
      if note["expect"]?.string == "error" {
        #expect(throws: SafetensorsError.self, "\(name)") { try SafetensorsFile(path) }
      } else {
        #expect(throws: Never.self, "\(name)") { try SafetensorsFile(path) }
      }
      if name == "safetensors_nan_weights.safetensors" {
        let matrix = try SafetensorsFile(path).matrix("model.embed_tokens.weight")
        #expect(matrix.firstNonFiniteRow != nil)
      }
    }
    #expect(count >= 19)
  }

  @Test("Messages name the file, the tensor, the offsets and a remedy")
  func explains() throws {
    let error = SafetensorsError(
      path: "dir/model.safetensors", tensor: "wte", .hole(begin: 8, previousEnd: 4))
    #expect(
      error.description
        == "dir/model.safetensors: tensor `wte`: it begins at offset 8, but the tensor before it "
        + "ends at 4; save the file again with the safetensors library")
  }
}
