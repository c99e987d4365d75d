import Foundation
import Images
import Testing
import Torch
import Training

@Suite struct PhotoSetTests {
    @Test func centredViewsAreTheMiddleOfTheScaledPhoto() throws {
        let image = try DreamBoothFixture.pictures(seed: 0)[3]  // 104 x 64
        let set = try PhotoSet([image], resolution: 32)
        var random = StepRandom(seed: 0)
        let view = set.view(of: 0, flips: false, &random)
        #expect(view == PhotoSet.View(index: 0, x: 10, y: 0) && set.isFixed(0))
        let expected = try image.resized(width: 52, height: 32, .pilBilinear)
            .centreCropped(width: 32, height: 32).tensor()
        #expect(try set.pixels(view)[0].isEqual(to: expected))
        let flipped = try set.pixels(.init(index: 0, x: 10, y: 0, isFlipped: true))[0]
        #expect(try flipped.isEqual(to: expected.flipped([2])))
        #expect(try !flipped.isEqual(to: expected))
    }

    @Test func randomViewsReachEveryPlaceAndBothSides() throws {
        let image = try Image(width: 12, height: 9, colour: [1, 2, 3])
        let set = try PhotoSet([image], resolution: 9, crop: .random)
        var random = StepRandom(seed: 4)
        let views = (0..<200).map { _ in set.view(of: 0, flips: true, &random) }
        #expect(Set(views.map(\.x)) == [0, 1, 2, 3] && Set(views.map(\.y)) == [0])
        #expect(Set(views.map(\.isFlipped)) == [true, false] && !set.isFixed(0))
    }

    @Test func greyPhotosGetThreeChannels() throws {
        let grey = try Image(width: 8, height: 8, channels: 1, pixels: Array(0..<64))
        let set = try PhotoSet([grey], resolution: 8)
        #expect(try set.pixels(.init(index: 0, x: 0, y: 0)).shape == [1, 3, 8, 8])
    }

    @Test func foldersWithoutPhotosAndBrokenPhotosAreNamed() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("photos-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func sentence() -> String {
            do {
                _ = try PhotoSet(folder: folder.path, resolution: 64)
                return ""
            } catch { return "\(error)".replacingOccurrences(of: folder.path, with: ".") }
        }
        try Data("words".utf8).write(to: folder.appendingPathComponent("caption.txt"))
        #expect(sentence().hasPrefix(".: expected photos (JPEG, PNG, WebP or TIFF), found none"))
        try Data("no picture".utf8).write(to: folder.appendingPathComponent("me.JPG"))
        #expect(sentence().hasPrefix("./me.JPG: The file starts with"))
        #expect(throws: TrainingError.self) {
            try PhotoSet(folder: folder.path + "/none", resolution: 64)
        }
    }
}
