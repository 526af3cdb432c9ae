internal import CZlib

/// Files compressed with gzip (RFC 1952).
enum Gzip {
  /// Whether the bytes begin like a gzip file.
  static func isCompressed(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B, 0x08]) }

  /// How much a tokenizer file may grow: none compresses so well, and a file made to fill the
  /// memory of whoever opens it is stopped early.
  private static let largestRatio = 100
  private static let smallestLimit = 1 << 20

  /// The content of a gzip file.
  ///
  /// - Throws: `TokenizerFileError` when it is damaged, cut off or grows beyond all measure.
  static func decompress(_ bytes: [UInt8], source: String) throws(TokenizerFileError) -> [UInt8] {
    var stream = z_stream()
    guard zlib_inflateInitGzip(&stream) == Z_OK else {
      throw TokenizerFileError(source: source, message: "zlib cannot be started")
    }
    defer { inflateEnd(&stream) }
    let limit = max(smallestLimit, bytes.count * largestRatio)
    var input = bytes
    var output: [UInt8] = []
    let chunk = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 16)
    defer { chunk.deallocate() }
    var status = Z_OK
    // Safe: zlib reads and writes only inside the two buffers, which outlive the loop.
    input.withUnsafeMutableBufferPointer { input in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(clamping: input.count)
      repeat {
        stream.next_out = chunk.baseAddress
        stream.avail_out = UInt32(chunk.count)
        status = inflate(&stream, Z_NO_FLUSH)
        output.append(contentsOf: chunk[..<(chunk.count - Int(stream.avail_out))])
      } while status == Z_OK && output.count <= limit
    }
    guard output.count <= limit else {
      throw TokenizerFileError(
        source: source,
        message: "the compressed file grows to more than \(limit) bytes, which no tokenizer does")
    }
    guard status == Z_STREAM_END else {
      throw TokenizerFileError(
        source: source, message: "the compressed file is damaged or cut off; fetch it again")
    }
    return output
  }
}
