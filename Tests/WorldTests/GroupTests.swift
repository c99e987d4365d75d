import Checkpoints
import Images
import Testing
import World

/// Pictures of several people: boxes, landmarks and maps agree, person by person.
@Suite struct GroupTests {
    private func source(
        _ people: ClosedRange<Int>, pictures: Int = 8, seed: UInt64 = 3
    ) throws -> GroupSource {
        try GroupSource(
            .init(pictures: pictures, people: people, identities: 12, width: 96, height: 64),
            seed: seed)
    }

    /// Of all visible landmarks, the share that lies on pixels of `person`; and how many they are.
    private func share(
        of face: GroupTruth.Face, on person: Int, _ view: RenderedView
    ) -> (share: Double, count: Int) {
        let seen = zip(face.landmarks, face.landmarksVisible).filter(\.1).map(\.0)
        let own = seen.filter { view.person[view.index(Int($0.x), Int($0.y))] == person }
        return (Double(own.count) / Double(max(seen.count, 1)), seen.count)
    }

    @Test func visibleLandmarksLieOnTheirOwnPerson() throws {
        let source = try source(2...4, pictures: 5)
        var seen = 0
        for i in 0..<source.count {
            let group = try source.portrait(at: i)
            let faces = group.truth().faces
            for face in faces {
                let own = share(of: face, on: face.person, group.view)
                seen += own.count
                #expect(own.share == 1 || own.count == 0)
                // Negative control: nobody's landmarks lie on a neighbour.
                let next = faces.first { $0.person != face.person }?.person ?? 0
                #expect(share(of: face, on: next, group.view).share == 0)
            }
        }
        #expect(seen > 30 * source.count, "most of the faces are turned to the camera")
    }

    @Test func skinInTheMiddleOfABoxIsThatPersons() throws {
        let source = try source(1...4, pictures: 6, seed: 4)
        var faces = 0
        for i in 0..<source.count {
            let group = try source.portrait(at: i)
            for face in group.truth().faces where face.visibleShare > 0.95 {
                let box = face.faceBox
                let (x, y) = (Int((box[0] + box[2]) / 2), Int((box[1] + box[3]) / 2))
                #expect(group.view.person[group.view.index(x, y)] == face.person)
                for p in face.points {
                    #expect(p.x > box[0] - 1 && p.x < box[2] + 1 && p.y > box[1] && p.y < box[3])
                }
                let height = (box[3] - box[1]) / Float(group.view.height)
                #expect(height > 0.05 && height < 0.75)
                faces += 1
            }
        }
        #expect(faces > source.count)
    }

    @Test func peopleGoFromLeftToRight() throws {
        let source = try source(4...4, pictures: 2)
        for i in 0..<source.count {
            let group = try source.portrait(at: i)
            let truth = group.truth()
            let middles = truth.faces.map { $0.faceBox[0] + $0.faceBox[2] }
            #expect(middles == middles.sorted() && middles.count == 4)
            #expect(truth.faces.map(\.person) == [1, 2, 3, 4])
            #expect(Set(truth.scene.members.map(\.person.index)).count == 4)
            let counts = (1...4).map { n in group.view.person.filter { $0 == n }.count }
            #expect(counts == truth.faces.map(\.pixels))
        }
    }

    /// Vertices of one body just below another's surface: bodies that cross have some.
    private func crossings(_ a: PosedScene, _ b: PosedScene, movedBy way: SIMD3<Float>) -> Int {
        func points(_ scene: PosedScene) -> [(SIMD3<Float>, SIMD3<Float>)] {
            scene.surfaces.filter { $0.part == .clothes || $0.part == .body }
                .flatMap { Array(zip($0.positions, $0.normals)) }
        }
        let others = points(a)
        return points(b).filter { point, _ in
            let moved = point + way
            var best: (square: Float, height: Float) = (.infinity, 0)
            for (p, n) in others {
                let d = moved - p
                let square = (d * d).sum()
                if square < best.square { best = (square, (d * n).sum()) }
            }
            return best.square < 0.03 * 0.03 && best.height < -0.003
        }.count
    }

    @Test func nobodyStandsInAnybody() throws {
        let source = try source(3...3, pictures: 3, seed: 5)
        for i in 0..<source.count {
            let people = try source.portrait(at: i).people
            for k in 1..<3 {
                #expect(crossings(people[k - 1], people[k], movedBy: .zero) == 0)
            }
        }
        // Negative control: half a body nearer they do.
        let group = try source.portrait(at: 0)
        let way = (group.scene.members[0].place - group.scene.members[1].place) * 0.5
        #expect(crossings(group.people[0], group.people[1], movedBy: way) > 20)
    }

    @Test func someoneInFrontHidesLandmarks() throws {
        let studio = try Studio()
        let people = [Person(seed: 3, index: 0), Person(seed: 3, index: 1)]
        let sitters = try people.map { try studio.sitter($0, detail: .coarse) }
        var plan = GroupPlan(of: people, seed: 3, index: 0)
        plan.framing.cut = nil
        for i in plan.guests.indices {
            plan.guests[i].look.hat.style = .none
            plan.guests[i].look.glasses.style = .none
        }
        var free = try studio.group(plan, of: sitters, width: 96, height: 64)
        #expect(free.truth().faces.allSatisfy { $0.visibleShare > 0.9 })
        // The second one steps before the first.
        var scene = free.scene
        let camera = try Camera(eg3d: scene.camera)
        let way = camera.position - scene.members[0].place
        scene.members[1].place = scene.members[0].place + way * 0.3
        free = try studio.group(scene, of: sitters, width: 96, height: 64)
        let hidden = free.truth().faces[0]
        #expect(hidden.visibleShare < 0.2)
        #expect(hidden.landmarksVisible.filter { $0 }.count < 14)
    }

    @Test(arguments: GroupFraming.Edge.allCases) func noEdgeShowsWhereBodiesEnd(
        edge: GroupFraming.Edge
    ) throws {
        let studio = try Studio()
        let person = Person(seed: 3, index: 2)
        let sitter = try studio.sitter(person, detail: .coarse)
        var plan = GroupPlan(of: [person], seed: 3, index: 2)
        plan.framing.cut = edge
        plan.framing.closeness = 0
        let group = try studio.group(plan, of: [sitter], width: 48, height: 32)
        let camera = try Camera(eg3d: group.scene.camera)
        let end = try #require(
            camera.project(group.scene.members[0].place - [0, 0.85, 0], width: 48, height: 32))
        #expect(end.pixel.y >= 31.9)
        // Sides cut through the face; one that would show too much of the body does not.
        let share = try #require(group.truth().faces.first).visibleShare
        #expect(edge == .top || share < 0.9)
    }

    @Test func aStoredSceneGivesThePictureAgain() throws {
        let source = try source(3...3, pictures: 1)
        let sample = try source.sample(at: 0)
        let truth = try StableJSON.decode(GroupTruth.self, from: try #require(sample["json"]))
        let studio = try Studio()
        let sitters = try truth.scene.members.reversed().map {
            try studio.sitter($0.person, detail: .coarse)
        }
        let again = try studio.group(
            truth.scene, of: sitters, width: truth.width, height: truth.height, threads: 2)
        #expect(try VipsCodec().encode(again.view.colour, as: .png()) == sample["png"])
        #expect(try StableJSON.encode(again.truth()) == sample["json"])
        #expect(throws: WorldError.self) {
            try studio.group(truth.scene, of: Array(sitters[1...]), width: 96, height: 64)
        }
    }

    @Test func aPictureOfNobodyIsItsBackdrop() throws {
        let group = try source(0...1).portrait(at: 0)
        let studio = try Studio()
        let empty = try studio.group(
            GroupPlan(of: [], seed: 3, index: 1), of: [], width: 48, height: 32)
        #expect(empty.truth().faces.isEmpty && empty.view.person.allSatisfy { $0 == 0 })
        #expect(Set(empty.view.region) == [0])
        #expect(group.people.count <= 1)
    }

    @Test func portraitsAreOfPersonOne() throws {
        let source = try WorldSource(.init(identities: 1, views: 1, size: 48), seed: 9)
        let view = try source.portrait(at: 0).view
        #expect(Set(view.person) == [0, 1])
        #expect(zip(view.person, view.part).allSatisfy { ($0 == 0) == ($1 == 0) })
    }
}

/// Groups as a data set.
@Suite struct GroupSourceTests {
    private func source() throws -> GroupSource {
        try GroupSource(
            .init(pictures: 8, people: 0...3, identities: 9, width: 48, height: 32), seed: 6)
    }

    @Test func theNumberOfWorkersChangesNoByte() throws {
        let folder = try ScratchFolder()
        for workers in [1, 2] {
            try ShardWriter(.init(samplesPerShard: 3, workers: workers))
                .write(source(), to: folder.file("\(workers)"))
        }
        #expect(try contents(of: folder.file("1")) == contents(of: folder.file("2")))
    }

    @Test func everyCountOfPeopleComes() throws {
        let source = try GroupSource(
            .init(pictures: 60, people: 0...4, identities: 30, width: 96, height: 64), seed: 6)
        let plans = (0..<60).map(source.plan)
        #expect(Set(plans.map(\.guests.count)) == [0, 1, 2, 3, 4])
        for plan in plans {
            #expect(Set(plan.guests.map(\.person)).count == plan.guests.count)
            #expect(plan.guests.allSatisfy { $0.look.light == plan.light })
        }
        // A party's pictures are of one circle.
        #expect(Set(plans[..<8].flatMap { $0.guests.map(\.person) }).count <= 8)
    }

    @Test func wishesOutOfRangeAreRefusedInASentence() {
        let error = #expect(throws: WorldError.self) {
            try GroupSource(
                .init(pictures: 1, people: 1...5, identities: 9, width: 96, height: 64), seed: 1)
        }
        #expect(error?.description == "people: expected 1 to 4, found 5")
        let few = #expect(throws: WorldError.self) {
            try GroupSource(
                .init(pictures: 1, people: 1...4, identities: 3, width: 96, height: 64), seed: 1)
        }
        #expect(few?.description == "identities: expected 4 to 10000000, found 3")
    }
}
