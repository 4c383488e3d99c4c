// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "Problem.h"

namespace RsaTalker
{
bool Problem::Refuse(std::string_view FieldName, std::string_view Found, std::string_view Expected)
{
    Kind = ProblemKind::Malformed;
    Field = FieldName;
    Text = "Malformed region: ";
    Text.append(FieldName).append(" is ").append(Found).append("; expected ").append(Expected).append(".");
    return false;
}
} // namespace RsaTalker
