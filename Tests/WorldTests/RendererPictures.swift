import Foundation
import Images
import Testing
import World

/// Pictures to look at: skin, an eye and hair under every preset. Written only where
/// LIKENESS_PICTURES names a folder.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["LIKENESS_PICTURES"] != nil))
struct RendererPictures {
    static let folder = ProcessInfo.processInfo.environment["LIKENESS_PICTURES"] ?? "."

    static func write(_ image: Image, _ name: String) throws {
        let png = try VipsCodec().encode(image, as: .png(), text: TextMetadata())
        try Data(png).write(to: URL(fileURLWithPath: folder + "/" + name))
    }

    /// A head-sized bumpy ball of skin, an eyeball and a lock of hair.
    static func stillLife() -> [Surface] {
        let skin = Shapes.texture(512, roughness: 0.42) { u, v in
            let fine = Shapes.sine(u * 900) * Shapes.sine(v * 500) * 0.02
            let blush = 0.5 + 0.5 * Shapes.sine(u * 31) * Shapes.sine(v * 17)
            return (
                SIMD4(0.60 + 0.05 * blush, 0.37 - 0.04 * blush, 0.27 - 0.04 * blush, 1), fine
            )
        }
        let eye = Shapes.texture(512, specular: 0.8, roughness: 0.05) { u, v in
            let x = (u - 0.5) * 2 * Float.pi
            let y = (v - 0.5) * Float.pi
            let r = (x * x + y * y).squareRoot()
            if r < 0.16 { return (SIMD4(0.01, 0.01, 0.01, 1), 0) }
            if r < 0.42 {
                let t = (r - 0.16) / 0.26
                let ring: Float = r > 0.38 ? 0.4 : 1
                return (SIMD4(0.10 + 0.10 * t, 0.20 + 0.08 * t, 0.26 - 0.08 * t, 1) * ring, 0)
            }
            return (SIMD4(0.78, 0.74, 0.71, 1), 0)
        }
        let strands = Shapes.texture(256, specular: 0.6, roughness: 0.35) { u, _ in
            let shade = 0.75 + 0.35 * Shapes.sine(u * 400) * Shapes.sine(u * 173)
            return (SIMD4(0.12 * shade, 0.06 * shade, 0.03 * shade, 1), 0)
        }
        func material(_ model: Material.Model, _ region: Region, _ texture: Texture?) -> Material {
            Material(
                model: model, albedo: [0.6, 0.6, 0.6], specular: 0.5, roughness: 0.5,
                region: region, texture: texture)
        }
        return [
            Shapes.sphere(
                .head, centre: [0, 0.0, 0], radius: 0.085, rings: 72, bumps: 0.025,
                material: material(.skin, .skin, skin)),
            Shapes.sphere(
                .leftEye, centre: [0.092, -0.085, 0.06], radius: 0.034, rings: 40,
                material: material(.glossy, .eyes, eye)),
            Shapes.tube(
                .hair, centre: [-0.1, 0.0, 0.02], radius: 0.03, height: 0.2,
                material: material(.hair, .hair, strands)),
            Shapes.card(
                .clothes, centre: [0, 0, -0.16], half: 0.09,
                material: material(.cloth, .clothes, nil)
            ),
        ]
    }

    @Test func showsEveryPreset() throws {
        let renderer = try Renderer()
        let scene = RendererPictures.stillLife()
        var sheet = ContactSheet(columns: ["", "", "", "", ""])
        sheet.style.cellWidth = 256
        sheet.style.cellHeight = 256
        let backdrops: [Backdrop] = [
            .gradient(top: [0.25, 0.27, 0.3], bottom: [0.1, 0.1, 0.11]),
            .vignette(centre: [0.4, 0.38, 0.36], edge: [0.06, 0.06, 0.07]),
            .room(tint: [1, 1, 1], seed: 3), .outdoors(tint: [1, 1, 1], seed: 5),
            .street(tint: [1, 1, 1], seed: 7),
        ]
        for start in stride(from: 0, to: LightRig.presets.count, by: 5) {
            let rigs = LightRig.presets[start..<min(start + 5, LightRig.presets.count)]
            var images: [Image?] = []
            for (i, rig) in rigs.enumerated() {
                let view = try renderer.render(
                    scene, camera: .lookAt(yaw: 0, pitch: 0), light: rig, backdrop: backdrops[i],
                    options: RenderOptions(width: 256, height: 256, threads: 2))
                images.append(view.colour)
            }
            images += [Image?](repeating: nil, count: 5 - images.count)
            sheet.addRow(images, captions: rigs.map(\.name))
        }
        try RendererPictures.write(sheet.rendered(), "presets.png")
    }

    @Test func showsOneLarge() throws {
        let renderer = try Renderer()
        for (i, name) in ["soft box", "window"].enumerated() {
            let light = try #require(LightRig.preset(name))
            let view = try renderer.render(
                RendererPictures.stillLife(), camera: .lookAt(yaw: 0, pitch: 0), light: light,
                backdrop: .gradient(top: [0.25, 0.27, 0.3], bottom: [0.1, 0.1, 0.11]),
                options: RenderOptions(width: 512, height: 512, threads: 2))
            try RendererPictures.write(view.colour, "large\(i).png")
            try RendererPictures.write(view.albedo, "albedo\(i).png")
        }
    }

    @Test func timesASmallOne() throws {
        let renderer = try Renderer()
        let scene = RendererPictures.stillLife()
        let triangles = scene.reduce(0) { $0 + $1.triangles.count }
        var lines = "\(triangles) triangles, packets of \(renderer.packetWidth)\n"
        for name in ["soft box", "overcast", "rim"] {
            let light = try #require(LightRig.preset(name))
            var best: RenderTimes?
            for _ in 0..<10 {
                let times = try renderer.timedRender(
                    scene, camera: .lookAt(yaw: 0, pitch: 0), light: light,
                    backdrop: .gradient(top: [0.25, 0.27, 0.3], bottom: [0.1, 0.1, 0.11]),
                    options: RenderOptions(width: 128, height: 128)
                ).times
                if best.map({ times.total < $0.total }) ?? true { best = times }
            }
            let shown = try #require(best)
            lines += "\(name): building \(shown.building), casting \(shown.casting), "
            lines += "total \(shown.total)\n"
        }
        print(lines)
    }
}
