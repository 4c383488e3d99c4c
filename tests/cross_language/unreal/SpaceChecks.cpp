// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Checks.h"
#include "JsonValue.h"
#include "LightProbe.h"
#include "UnrealSpace.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

using namespace RsaTalker;

namespace
{
// The vectors that Python, C# and JavaScript are held against, too; the environment says where they lie.
const JsonValue& Vectors()
{
    static const JsonValue Value = []
    {
        const char* Path = std::getenv("RSATALKER_COORDINATES");
        std::ifstream Stream(Path != nullptr ? Path : "");
        const std::string Text((std::istreambuf_iterator<char>(Stream)), std::istreambuf_iterator<char>());
        JsonValue Read;
        EXPECT(JsonValue::Parse(Text, Read));
        EXPECT(Read["unreal"]["points"].Size() > 0);
        return Read;
    }();
    return Value["unreal"];
}

Vector VectorOf(const JsonValue& List)
{
    return {List[0].AsNumber(), List[1].AsNumber(), List[2].AsNumber()};
}

bool IsSame(const Vector& Found, const JsonValue& Expected)
{
    const Vector Wanted = VectorOf(Expected);
    return IsNear(Found.X, Wanted.X, 1e-5) && IsNear(Found.Y, Wanted.Y, 1e-5) && IsNear(Found.Z, Wanted.Z, 1e-5);
}

template <class Number, std::size_t Size> bool IsSame(const Number (&Found)[Size], const JsonValue& Expected)
{
    bool Same = Expected.Size() == Size;
    for (std::size_t Index = 0; Index < Size; ++Index)
    {
        Same = Same && IsNear(static_cast<double>(Found[Index]), Expected[Index].AsNumber(), 1e-5);
    }
    return Same;
}

template <std::size_t Size> void Fill(double (&Target)[Size], const JsonValue& List)
{
    for (std::size_t Index = 0; Index < Size; ++Index)
    {
        Target[Index] = List[Index].AsNumber();
    }
}
} // namespace

CHECK_THAT(PointsAgreeWithTheVectors)
{
    for (std::size_t Index = 0; Index < Vectors()["points"].Size(); ++Index)
    {
        const JsonValue& Pair = Vectors()["points"][Index];
        EXPECT(IsSame(PointFromUnreal(VectorOf(Pair["engine"])), Pair["ours"]));
        EXPECT(IsSame(PointToUnreal(VectorOf(Pair["ours"])), Pair["engine"]));
    }
}

CHECK_THAT(DirectionsAgreeWithTheVectors)
{
    for (std::size_t Index = 0; Index < Vectors()["directions"].Size(); ++Index)
    {
        const JsonValue& Pair = Vectors()["directions"][Index];
        EXPECT(IsSame(DirectionFromUnreal(VectorOf(Pair["engine"])), Pair["ours"]));
        EXPECT(IsSame(DirectionToUnreal(VectorOf(Pair["ours"])), Pair["engine"]));
    }
}

CHECK_THAT(RotationsAgreeWithTheVectors)
{
    for (std::size_t Index = 0; Index < Vectors()["rotations"].Size(); ++Index)
    {
        double Engine[4];
        double Ours[4];
        Fill(Engine, Vectors()["rotations"][Index]["engine"]);
        QuaternionFromUnreal(Engine, Ours);
        EXPECT(IsSame(Ours, Vectors()["rotations"][Index]["ours"]));
    }
}

CHECK_THAT(HeadsAgreeWithTheVectors)
{
    for (std::size_t Index = 0; Index < Vectors()["heads"].Size(); ++Index)
    {
        const JsonValue& Head = Vectors()["heads"][Index];
        double Quaternion[4];
        float WorldFromHead[16];
        Fill(Quaternion, Head["quaternion"]);
        HeadFromUnreal(VectorOf(Head["position"]), Quaternion, WorldFromHead);
        EXPECT(IsSame(WorldFromHead, Head["world_from_head"]));
    }
}

CHECK_THAT(EyesAgreeWithTheVectors)
{
    double Projection[16];
    Fill(Projection, Vectors()["projections"][0]["matrix"]);
    for (std::size_t Index = 0; Index < Vectors()["cameras"].Size(); ++Index)
    {
        double ViewMatrix[16];
        View Eye;
        Fill(ViewMatrix, Vectors()["cameras"][Index]["view_matrix"]);
        EyeFromUnreal(ViewMatrix, Projection, Eye);
        EXPECT(IsSame(Eye.CameraFromWorld, Vectors()["cameras"][Index]["camera_from_world"]));
    }
}

CHECK_THAT(FrustaAgreeWithTheVectors)
{
    double ViewMatrix[16];
    Fill(ViewMatrix, Vectors()["cameras"][0]["view_matrix"]);
    for (std::size_t Index = 0; Index < Vectors()["projections"].Size(); ++Index)
    {
        const JsonValue& Expected = Vectors()["projections"][Index];
        double Projection[16];
        View Eye;
        Fill(Projection, Expected["matrix"]);
        EyeFromUnreal(ViewMatrix, Projection, Eye);
        EXPECT(IsSame(Eye.Tangents, Expected["tangents"]));
        EXPECT(IsNear(static_cast<double>(Eye.NearM), Expected["near_m"].AsNumber(), 1e-5));
        EXPECT(IsNear(static_cast<double>(Eye.FarM), Expected["far_m"].AsNumber(), 1e-3));
    }
}

CHECK_THAT(KeyLightsAgreeWithTheVectors)
{
    for (std::size_t Index = 0; Index < Vectors()["key_lights"].Size(); ++Index)
    {
        const JsonValue& Light = Vectors()["key_lights"][Index];
        EXPECT(IsSame(TowardsLight(VectorOf(Light["travels"])), Light["key_direction"]));
    }
}

CHECK_THAT(LightProbeOfAnEvenSkyIsItsRadiance)
{
    LightProbe Probe;
    Probe.AddHemispheres({0.5, 0.25, 0.125}, {0.5, 0.25, 0.125});
    EngineSlot State{};
    Probe.Write(State, 1);
    EXPECT(IsNear(static_cast<double>(State.Probe[0]) * 0.282095, 0.5, 1e-4));
    EXPECT(IsNear(static_cast<double>(State.Probe[3]), 0, 1e-6));
    EXPECT((State.Flags & static_cast<std::uint32_t>(EngineFlags::HasLight)) != 0);
}

CHECK_THAT(LightProbeKeepsTheStrongestLampAsKey)
{
    LightProbe Probe;
    Probe.AddLamp({1, 0, 0}, {1, 1, 1});
    Probe.AddLamp({0, 1, 0}, {3, 3, 3});
    Probe.AddLamp({0, 0, 1}, {2, 2, 2});
    EngineSlot State{};
    Probe.Write(State, 1);
    EXPECT(State.KeyColor[0] == 3.0f);
    EXPECT(State.KeyDirection[1] == 1.0f);
    EXPECT(IsNear(static_cast<double>(State.Probe[6]), 0.488603 * 3.14159265 * 2, 1e-4)); // along z
    EXPECT(IsNear(static_cast<double>(State.Probe[9]), 0.488603 * 3.14159265, 1e-4));     // along x
}

CHECK_THAT(LightProbeExposesByItself)
{
    LightProbe Probe;
    Probe.AddLamp({0, 1, 0}, {75000, 75000, 75000}); // lux of the sun
    EngineSlot State{};
    Probe.Write(State, 0);
    EXPECT(IsNear(static_cast<double>(State.KeyColor[1]), 1, 1e-4));
}

CHECK_THAT(LightProbeOfADarkSceneSaysNothing)
{
    EngineSlot State{};
    LightProbe().Write(State, 0);
    EXPECT(State.Flags == 0);
}
