// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>Whether the two are related by blood.</summary>
    public enum Kinship
    {
        NonBlood,
        Blood,
    }

    /// <summary>Whether one of the two stands above the other.</summary>
    public enum SocialStatus
    {
        Equal,
        Unequal,
    }

    /// <summary>Who stands above the other when their status is unequal.</summary>
    public enum Senior
    {
        A,
        B,
    }

    /// <summary>Who the two are to each other.</summary>
    public struct Relationship
    {
        public Kinship Kinship;
        public SocialStatus Status;

        /// <summary>Means something only when the status is unequal.</summary>
        public Senior Senior;

        internal void Write(JsonWriter json, string name)
        {
            json.Begin(name).Field("kinship", Kinship == Kinship.Blood ? "KINSHIP_BLOOD" : "KINSHIP_NON_BLOOD");
            var isEqual = Status == SocialStatus.Equal;
            json.Field("status", isEqual ? "SOCIAL_STATUS_EQUAL" : "SOCIAL_STATUS_UNEQUAL");
            if (!isEqual)
            {
                json.Field("senior", Senior == Senior.A ? "SENIOR_A" : "SENIOR_B");
            }
            json.End();
        }
    }

    /// <summary>How somebody feels.</summary>
    public struct Mood
    {
        /// <summary>neutral, happy, sad, angry, afraid, surprised, disgusted or tender; empty: neutral.</summary>
        public string Name;

        /// <summary>How much of it shows, above 0 to 1.5; 0: 1.</summary>
        public float Strength;

        internal void Write(JsonWriter json)
        {
            json.Begin("mood").Field("name", Name ?? "").Field("strength", Strength).End();
        }
    }

    /// <summary>How strongly somebody moves the mouth.</summary>
    public struct Style
    {
        /// <summary>Opening of the jaw as a multiple of what the model makes, above 0 to 2; 0: 1.</summary>
        public float JawStrength;

        /// <summary>Movement of the lips, likewise.</summary>
        public float LipStrength;

        internal void Write(JsonWriter json)
        {
            json.Begin("style").Field("jawStrength", JawStrength).Field("lipStrength", LipStrength).End();
        }
    }
}
