import Diffusion
import Foundation
import Layers
import TestSupport
import Testing
import Torch

// Lists and their recipe: Reference/diffusion/write_keys.py

/// A list of names and shapes from Reference/diffusion/keys.
private func published(_ name: String) throws -> [String: [Int]] {
    let url = Fixture.root.appendingPathComponent("Reference/diffusion/keys/\(name).txt")
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
    let found = Dictionary(uniqueKeysWithValues: store.entries.map { ($0.name, $0.tensor.shape) })
    let names = Set(found.keys).union(expected.keys).sorted()
    let wrong = names.filter { found[$0] != expected[$0] }
    #expect(
        wrong.isEmpty,
        "\(wrong.prefix(5).map { "\($0): \(found[$0] ?? []), not \(expected[$0] ?? [])" })")
}

@Suite struct PublishedKeysTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let list: String
        let count: Int
        let model: PublishedModel
        var part = ""
        var testDescription: String { list }
    }

    @Test(arguments: [
        Case(list: "sd15_unet", count: 686, model: .sd15, part: "unet"),
        Case(list: "sdxl_unet", count: 1680, model: .sdxl, part: "unet"),
        Case(list: "sd15_controlnet", count: 340, model: .sd15ControlNet),
        Case(list: "sdxl_controlnet", count: 844, model: .sdxlControlNet),
        Case(list: "sd_vae", count: 248, model: .sd15, part: "vae"),
        Case(list: "sd_vae", count: 248, model: .sdxl, part: "vae"),
        Case(list: "openclip_bigg_text", count: 517, model: .sdxl, part: "text_encoder_2"),
        Case(list: "clip_vit_l14_vision", count: 392, model: .clipViTL14),
        Case(list: "openclip_vit_h14_vision", count: 520, model: .clipViTH14),
    ])
    func namesAndShapesAreThePublishedOnes(_ row: Case) throws {
        let part = try #require(row.model.components().first { $0.name == row.part })
        let kind = try #require(part.network)
        let expected = try published(row.list)
        #expect(expected.count == row.count)
        expectEqual(try kind.shapes(configuration(of: part)), expected)
    }

    @Test func theTextEncoderHasItsNamesWithAndWithoutPrefix() throws {
        let part = try #require(
            PublishedModel.sd15.components().first { $0.name == "text_encoder" })
        let expected = try published("clip_l_text")
        #expect(expected.count == 196)
        let store = try ParameterStore.shapesOnly()
        _ = CLIPText(store.root, try CLIPTextConfiguration(configuration(of: part)))
        expectEqual(store, expected)
        let prefixed = Dictionary(
            uniqueKeysWithValues: expected.map { ("text_model.\($0)", $1) })
        expectEqual(try NetworkKind.clipText.shapes(configuration(of: part)), prefixed)
    }

    @Test func nineChannelsChangeOneShape() throws {
        for (model, list) in [
            (PublishedModel.sd15Inpainting, "sd15_unet"), (.sdxlInpainting, "sdxl_unet"),
        ] {
            let part = try #require(model.components().first { $0.name == "unet" })
            var expected = try published(list)
            expected["conv_in.weight"] = [320, 9, 3, 3]
            expectEqual(try NetworkKind.unet.shapes(configuration(of: part)), expected)
        }
    }

    @Test(arguments: [
        ("ipadapter_faceid_sdxl_image_proj", 6),
        ("ipadapter_faceid_plus_sd15_image_proj", 56),
        ("ipadapter_faceid_plusv2_sdxl_image_proj", 56),
    ])
    func imageProjectionsAreReadOffTheirShapes(list: String, count: Int) throws {
        let expected = try published(list)
        #expect(expected.count == count)
        let source = try Dictionary(
            uniqueKeysWithValues: expected.map {
                ("image_proj.\($0)", try Tensor.empty($1, device: .meta))
            })
        let shape = try IPAdapterShape(of: source)
        #expect(shape.tokens == 4)
        let store = try ParameterStore.shapesOnly()
        _ = ImageProjection(store.root, shape)
        expectEqual(store, expected)
    }

    @Test(arguments: PublishedModel.allCases, [false, true])
    func everyConfigurationIsUnderstood(_ model: PublishedModel, tiny: Bool) throws {
        var elements = 0
        for part in model.components(tiny: tiny) {
            guard let kind = part.network else { continue }
            elements += try kind.shapes(configuration(of: part)).parameterCount
        }
        #expect(tiny ? elements < 4_000_000 : elements > 300_000_000, "\(elements)")
    }

    private func configuration(of part: PublishedModel.Component) throws -> ConfigurationFile {
        try ConfigurationFile(bytes: Array(#require(part.configuration).utf8), from: part.name)
    }
}
