import Faces
import Foundation
import Layers
import TestSupport
import Testing
import Torch

// Lists and their recipe: Reference/faces/write_keys.py

@Suite struct PublishedFaceKeysTests {
    /// A list of names and shapes from Reference/faces/keys.
    private func published(_ name: String) throws -> [String: [Int]] {
        let url = Fixture.root.appendingPathComponent("Reference/faces/keys/\(name).txt")
        var shapes: [String: [Int]] = [:]
        var path: [String] = []
        for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") {
            let words = line.split(separator: " ")
            path = path.prefix(line.prefix { $0 == " " }.count) + [String(words[0])]
            if words.count > 1 {
                shapes[path.joined(separator: ".")] = words.dropFirst().compactMap { Int($0) }
            }
        }
        return shapes
    }

    private func expectEqual(_ store: ParameterStore, _ expected: [String: [Int]]) {
        let found = Dictionary(
            uniqueKeysWithValues: store.entries.map { ($0.name, $0.tensor.shape) })
        let wrong = Set(found.keys).union(expected.keys).sorted()
            .filter { found[$0] != expected[$0] }
        #expect(
            wrong.isEmpty,
            "\(wrong.prefix(5).map { "\($0): \(found[$0] ?? []), not \(expected[$0] ?? [])" })")
    }

    // Counts leave out num_batches_tracked, which nothing needs.
    @Test(arguments: [
        ("iresnet50", 396, 43_590_848, ArcFaceConfiguration.r50),
        ("iresnet100", 771, 65_156_160, .r100),
        ("mobilefacenet", 283, 2_059_520, .mobileFaceNet),
    ])
    func recognisersHaveThePublishedNamesAndShapes(
        list: String, count: Int, parameters: Int, configuration: ArcFaceConfiguration
    ) throws {
        let expected = try published(list)
        #expect(expected.count == count)
        let store = try ParameterStore.shapesOnly()
        _ = ArcFace(store.root, configuration)
        expectEqual(store, expected)
        #expect(store.parameterCount == parameters)
    }

    @Test(arguments: [
        ("retinaface_mnet025", 253, 426_608, RetinaFaceConfiguration.mobileNet025),
        ("retinaface_r50", 383, 27_293_600, .r50),
    ])
    func detectorsHaveThePublishedNamesAndShapes(
        list: String, count: Int, parameters: Int, configuration: RetinaFaceConfiguration
    ) throws {
        let expected = try published(list)
        #expect(expected.count == count)
        let store = try ParameterStore.shapesOnly()
        _ = RetinaFace(store.root, configuration)
        expectEqual(store, expected)
        #expect(store.parameterCount == parameters)
    }
}
