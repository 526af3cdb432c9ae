import FuzzDriver
import Glibc
import Graft

/// Any bytes as a safetensors file: opening fails with an error or every tensor lies in the file.
@main
enum FuzzSafetensors {
  static func main() {
    // The reader maps files, so each input becomes one, in memory.
    let path = "/dev/shm/graft-fuzz-\(getpid())"
    fuzz { bytes in
      let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
      defer { close(descriptor) }
      guard descriptor >= 0, write(descriptor, bytes, bytes.count) == bytes.count,
        let file = try? SafetensorsFile(path)
      else { return }
      for tensor in file.tensors {
        precondition(tensor.byteRange.upperBound <= bytes.count)
        if let matrix = try? file.matrix(tensor.name), matrix.rows > 0 {
          _ = matrix.row(matrix.rows - 1)
          _ = matrix.firstNonFiniteRow
        }
      }
    }
  }
}
