import Foundation

/// Pictures of several people: one scene, one light, one camera.
extension Studio {
    /// A picture of several people, with its truth.
    ///
    /// - Parameters:
    ///   - plan: what chance wants.
    ///   - sitters: the plan's guests, in its order.
    ///   - width: columns.
    ///   - height: rows.
    ///   - quality: how finely.
    ///   - threads: worker threads of this picture; any number gives the same bytes.
    /// - Returns: the picture, and everything it was made from.
    /// - Throws: ``WorldError`` when the sitters are not the plan's guests; ``RenderError``,
    ///   `TorchError`.
    public func group(
        _ plan: GroupPlan, of sitters: [Sitter], width: Int, height: Int,
        quality: Quality = .draft, threads: Int = 1
    ) throws -> GroupPortrait {
        let scene = try arranged(plan, sitters, aspect: Float(width) / Float(max(height, 1)))
        return try group(
            scene, of: sitters, width: width, height: height, quality: quality, threads: threads)
    }

    /// A picture of a scene in which everything is settled, such as one that was stored.
    ///
    /// - Parameters:
    ///   - scene: who, where and how.
    ///   - sitters: its members, in any order.
    ///   - width: columns; the camera expects the shape of the picture that it was made for.
    ///   - height: rows.
    ///   - quality: how finely.
    ///   - threads: worker threads of this picture.
    /// - Returns: the picture, and everything it was made from.
    /// - Throws: ``WorldError`` when a sitter is missing; ``RenderError``, `TorchError`.
    public func group(
        _ scene: GroupScene, of sitters: [Sitter], width: Int, height: Int,
        quality: Quality = .draft, threads: Int = 1
    ) throws -> GroupPortrait {
        let people = try scene.members.enumerated().map { i, member in
            guard let sitter = sitters.first(where: { $0.person == member.person }) else {
                throw WorldError(
                    "a sitter for every member: expected person \(member.person.index), found "
                        + (sitters.map { "\($0.person.index)" }).joined(separator: ", "))
            }
            let own = try self.scene(of: sitter, member.look)
            let stance = Stance(member)
            let number = UInt8(clamping: i + 1)
            return PosedScene(
                surfaces: whole(own, sitter, member.look).map { stance.moved($0, person: number) },
                pose: own.pose, head: stance.moved(own.head))
        }
        var options = RenderOptions(
            width: width, height: height, samplesPerPixel: quality.samples,
            shadowRays: quality.shadowRays, ambientRays: quality.ambientRays, seed: scene.noise,
            threads: threads)
        options.backdropScale = scene.backdropScale
        let (view, times) = try renderer.timedRender(
            people.flatMap(\.surfaces), camera: Camera(eg3d: scene.camera), light: scene.light,
            backdrop: Backdrop(scene.backdrop), options: options)
        return GroupPortrait(scene: scene, people: people, view: view, times: times)
    }

    /// A bust and the body under it.
    private func whole(_ scene: PosedScene, _ sitter: Sitter, _ look: Look) -> [Surface] {
        guard let clothes = scene.surfaces.first(where: { $0.part == .clothes }) else {
            return scene.surfaces
        }
        let body = Figure.surface(
            look, sitter.person, rest: sitter.rest, head: poser.head, material: clothes.material)
        return scene.surfaces + [body]
    }

    /// Finds places, camera and gaze.
    private func arranged(
        _ plan: GroupPlan, _ sitters: [Sitter], aspect: Float
    ) throws -> GroupScene {
        guard plan.guests.map(\.person) == sitters.map(\.person.index) else {
            throw WorldError(
                "sitters: expected persons \(plan.guests.map(\.person)), found "
                    + "\(sitters.map(\.person.index))")
        }
        let posed = try zip(plan.guests, sitters).map { guest, sitter in
            let scene = try scene(of: sitter, guest.look)
            let stance = Stance(turnDegrees: guest.turnDegrees)
            return PosedScene(
                surfaces: whole(scene, sitter, guest.look).map { stance.moved($0, person: 1) },
                pose: scene.pose, head: stance.moved(scene.head))
        }
        let places = GroupArrangement.places(
            plan.guests, posed.map { Outline(of: $0.surfaces, axis: Stance.axis) })
        let width = (places.last?.x ?? 0) - (places.first?.x ?? 0)
        let shooting = try GroupCamera(
            plan.framing, middle: SIMD3(0, 0, Stance.axis.y), width: width)
        let sights = zip(posed, places).map { body, place in
            var head = body.head
            for i in head.positions.indices { head.positions[i] += place }
            let crown = body.surfaces.filter { [.head, .hair, .hat].contains($0.part) }
            return shooting.sight(
                of: head,
                crown.map { surface in
                    var moved = surface
                    for i in moved.positions.indices { moved.positions[i] += place }
                    return moved
                }, at: place)
        }
        let members = plan.guests.indices.map { i in
            member(plan, i, sitters[i].person, at: places[i], seenFrom: shooting.position)
        }
        let order = members.indices.sorted {
            sights[$0].face.low.x + sights[$0].face.high.x
                < sights[$1].face.low.x + sights[$1].face.high.x
        }
        let camera = try shooting.framed(sights, aspect: aspect)
        let things = plan.framing.backdropScale * Camera.eg3dFocal / camera.focal.y
        return GroupScene(
            members: order.map { members[$0] }, camera: camera.eg3dScalars,
            light: LightRig(plan.light, cameraYawDegrees: plan.framing.yawDegrees)
                .movedBack(by: 1 + 1.2 * width),
            backdrop: plan.backdrop, backdropScale: things,
            noise: UInt32(truncatingIfNeeded: plan.index))
    }

    /// Settles how the camera sees one of the people, and where the eyes look.
    private func member(
        _ plan: GroupPlan, _ i: Int, _ person: Person, at place: SIMD3<Float>,
        seenFrom camera: SIMD3<Float>
    ) -> GroupScene.Member {
        let guest = plan.guests[i]
        var look = guest.look
        let way = camera - place - SIMD3(Stance.axis.x, 0, Stance.axis.y)
        let degree = 180 / Float.pi
        let across = (way.x * way.x + way.z * way.z).squareRoot()
        look.camera.yawDegrees = atan2f(way.x, way.z) * degree - guest.turnDegrees
        look.camera.pitchDegrees = atan2f(way.y, across) * degree
        look.camera.rollDegrees = plan.framing.rollDegrees
        look.camera.zoom = 1
        look.camera.shift = .zero
        look.gaze = .drawn(
            camera: look.camera, head: look.head, light: look.light.preset,
            WorldRandom(
                seed: person.seed, stream: "look/gaze", indices: [person.index, look.view]))
        return GroupScene.Member(
            person: person, look: look, place: place, turnDegrees: guest.turnDegrees)
    }
}

extension LightRig {
    /// The same light for more people: lamps that are farther off and as much larger.
    func movedBack(by factor: Float) -> LightRig {
        var rig = self
        for i in rig.lamps.indices {
            rig.lamps[i].position *= factor
            rig.lamps[i].size *= factor
        }
        return rig
    }
}

/// A picture of several people with everything known about it.
public struct GroupPortrait: Sendable {
    /// What was rendered, every number of it.
    public let scene: GroupScene
    /// Their meshes in the picture's world, in the order of the scene's members.
    public let people: [PosedScene]
    /// The picture and its maps; the person map counts the members from 1.
    public let view: RenderedView
    /// Where the time went.
    public let times: RenderTimes
}
