internal import Testing

@testable internal import TokenizerFiles

@Suite("Compressed files")
struct GzipTests {
  /// `hello` and a newline, compressed by gzip.
  private let hello: [UInt8] = [
    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0xE7,
    0x02, 0x00, 0x20, 0x30, 0x3A, 0x36, 0x06, 0x00, 0x00, 0x00,
  ]

  @Test("A compressed file is read")
  func reads() throws {
    #expect(Gzip.isCompressed(hello))
    #expect(try Gzip.decompress(hello, source: "x") == Array("hello\n".utf8))
  }

  @Test("A file that is cut off or damaged is an error")
  func refuses() {
    for end in 3..<hello.count {
      #expect(throws: TokenizerFileError.self) {
        try Gzip.decompress(Array(hello[..<end]), source: "x")
      }
    }
    var damaged = hello
    damaged[20] ^= 1
    #expect(throws: TokenizerFileError.self) { try Gzip.decompress(damaged, source: "x") }
  }
}
