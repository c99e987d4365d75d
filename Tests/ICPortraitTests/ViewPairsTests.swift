import Checkpoints
import Foundation
import ICPortrait
import Testing
import Torch

@Suite struct ViewPairsTests {
    /// Three people with 2, 3 and 4 pictures; a picture's latents and embedding tell its number.
    private func views() throws -> ViewLatents {
        try ViewLatents(
            shape: [1, 2, 2], bits: (0..<9).flatMap { Array(repeating: UInt16($0), count: 4) },
            embeddings: (0..<9).flatMap { [Float($0), 1] }, counts: [2, 3, 4])
    }

    private static func person(_ picture: Int) -> Int { picture < 2 ? 0 : picture < 5 ? 1 : 2 }

    @Test func pairsShowOnePersonInTwoPictures() throws {
        let pairs = try ViewPairs(views(), batchSize: 9, seed: 1)
        var targets: [Int] = []
        for step in 0..<20 {
            let batch = try pairs.batch(at: step)
            for sample in 0..<9 {
                let (target, profile) = (
                    Int(batch.targets[4 * sample]), Int(batch.profiles[4 * sample])
                )
                #expect(target != profile && Self.person(target) == Self.person(profile))
                #expect(batch.tokens[2 * sample] == Float(profile))
                targets.append(target)
            }
        }
        // Every picture is a target once an epoch.
        for epoch in 0..<20 { #expect(Set(targets[9 * epoch..<9 * epoch + 9]).count == 9) }
    }

    @Test func aStepsPairsDependOnTheSeedAlone() throws {
        let views = try views()
        let a = try ViewPairs(views, batchSize: 4, seed: 1)
        let b = try ViewPairs(views, batchSize: 4, seed: 1)
        let c = try ViewPairs(views, batchSize: 4, seed: 2)
        #expect(try a.batch(at: 7).tokens == b.batch(at: 7).tokens)
        #expect(try (0..<5).contains { try a.batch(at: $0).tokens != c.batch(at: $0).tokens })
    }

    @Test func filesGiveTheSamePicturesAndFlows() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("views-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try views().write(to: "\(folder)/views.safetensors")
        let read = try ViewLatents("\(folder)/views.safetensors")
        #expect(read.people == [0..<2, 2..<5, 5..<9])
        try SafetensorsWriter.write(
            [
                "pairs": Tensor([0, 1, 3, 7] as [Int32], shape: [2, 2]),
                "flow": Tensor((0..<16).map { Float($0) }, shape: [2, 2, 2, 2]).to(.float16),
                "visible": Tensor([1, 0, 1, 1, 0, 0, 0, 1] as [UInt8], shape: [2, 2, 2]),
            ], to: "\(folder)/flows.safetensors")
        let flows = try ViewFlows("\(folder)/flows.safetensors")
        let batch = try ViewPairs(read, flows: flows, batchSize: 2, seed: 1).batch(at: 0)
        let truth = try #require(batch.truth)
        // One of the two orders, flow and pictures together.
        let first = batch.targets[0] == 0
        #expect(truth.visible.prefix(4) == (first ? [1, 0, 1, 1] : [0, 0, 0, 1]))
        #expect(batch.profiles[0] == (first ? 1 : 7))
        let few = try ViewLatents(
            shape: [1, 2, 2], bits: Array(repeating: 0, count: 8), embeddings: [1, 2],
            counts: [2])
        #expect(throws: ICPortraitError.self) {
            try ViewPairs(few, flows: flows, batchSize: 1, seed: 1)
        }
    }

    @Test func aStrangerStandsInTheTargetsPlace() throws {
        // Latents of 100 and more tell strangers, the last digit in whose place.
        let standIns = try ViewStandIns(
            shape: [1, 2, 2], bits: [101, 104, 107].flatMap { Array(repeating: $0, count: 4) },
            pictures: [1, 4, 7])
        var strangers = 0
        let pairs = try ViewPairs(views(), standIns: standIns, share: 0.5, batchSize: 9, seed: 1)
        for step in 0..<20 {
            let batch = try pairs.batch(at: step)
            for sample in 0..<9 {
                let (target, shown) = (batch.targets[4 * sample], batch.references[4 * sample])
                #expect(shown == target || shown == target + 100)
                strangers += shown == target ? 0 : 1
                let profile = Int(batch.profiles[4 * sample])
                #expect(
                    profile != Int(target) && Self.person(Int(target)) == Self.person(profile))
            }
        }
        #expect((60...120).contains(strangers), "\(strangers) of 180")
        let without = try ViewPairs(views(), standIns: standIns, batchSize: 9, seed: 1).batch(at: 0)
        #expect(without.standIns == nil && without.references == without.targets)
        let others = try ViewStandIns(shape: [1, 2, 2], bits: [0, 0, 0, 0], pictures: [9])
        for wrong in [others, nil] {
            #expect(throws: ICPortraitError.self) {
                try ViewPairs(views(), standIns: wrong, share: 0.5, batchSize: 1, seed: 1)
            }
        }
    }

    @Test func facesAreTheTargetsAndThePersonsMean() throws {
        let views = try views()
        // Every point and every embedding tells its picture.
        let faces = try ViewFaces(
            points: (0..<9).flatMap { Array(repeating: Float($0), count: 10) },
            embeddings: (0..<9).flatMap { [Float($0), 1] }, people: views.people)
        let batch = try ViewPairs(views, faces: faces, batchSize: 9, seed: 1).batch(at: 0)
        let found = try #require(batch.faces)
        for sample in 0..<9 {
            let target = Int(batch.targets[4 * sample])
            #expect(found.points[sample].count == 5)
            #expect(found.points[sample].allSatisfy { $0.x == Double(target) && $0.y == $0.x })
            #expect(found.identities[2 * sample] == [0.5, 3, 6.5][Self.person(target)])
        }
        #expect(try ViewPairs(views, batchSize: 9, seed: 1).batch(at: 0).faces == nil)
        let few = try ViewFaces(
            points: Array(repeating: 0, count: 20), embeddings: [1, 2], people: [0..<2])
        #expect(throws: ICPortraitError.self) {
            try ViewPairs(views, faces: few, batchSize: 1, seed: 1)
        }
        #expect(throws: ICPortraitError.self) {
            try ViewFaces(points: [1], embeddings: [1, 2], people: [0..<2])
        }
    }

    @Test func aPersonWithOnePictureIsRefused() throws {
        let error = #expect(throws: ICPortraitError.self) {
            try ViewLatents(
                shape: [1, 1, 1], bits: [1, 2, 3], embeddings: [1, 2, 3], counts: [2, 1])
        }
        #expect("\(try #require(error))".contains("found 1 of person 2"))
    }
}
