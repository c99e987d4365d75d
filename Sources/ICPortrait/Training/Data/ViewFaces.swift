import Images

/// Where the faces of people's pictures are, and who they are to a recogniser.
public struct ViewFaces: Sendable {
    /// Pictures.
    public let count: Int
    private let points: [Float]
    /// Of each person, one after the other.
    private let identities: [Float]
    private let width: Int
    private let person: [Int]

    /// Given points and embeddings.
    ///
    /// - Parameters:
    ///   - points: eyes, nose and corners of the mouth of each picture, pixels: `[N, 5, 2]`.
    ///   - embeddings: of each picture, of length 1: `[N, D]`.
    ///   - people: which pictures show each person. A person is the mean of their pictures.
    /// - Throws: ``ICPortraitError`` for numbers that do not fit one another.
    public init(points: [Float], embeddings: [Float], people: [Range<Int>]) throws {
        let count = people.last?.upperBound ?? 0
        guard count > 0, points.count == count * 10, embeddings.count % count == 0 else {
            throw ICPortraitError(
                "expected five points and an embedding of \(count) faces each, found "
                    + "\(points.count) and \(embeddings.count) numbers.")
        }
        let width = embeddings.count / count
        (self.count, self.points, self.width) = (count, points, width)
        person = people.enumerated().flatMap { index, range in range.map { _ in index } }
        identities = people.flatMap { pictures -> [Float] in
            var mean = [Float](repeating: 0, count: width)
            for picture in pictures {
                for place in 0..<width {
                    mean[place] += embeddings[picture * width + place] / Float(pictures.count)
                }
            }
            return mean
        }
    }

    /// Of some pictures.
    func faces(_ pictures: [Int]) -> PairBatch.Faces {
        PairBatch.Faces(
            points: pictures.map { picture in
                (0..<5).map {
                    let place = picture * 10 + $0 * 2
                    return Point(Double(points[place]), Double(points[place + 1]))
                }
            },
            identities: pictures.flatMap {
                identities[person[$0] * width..<(person[$0] + 1) * width]
            })
    }
}
