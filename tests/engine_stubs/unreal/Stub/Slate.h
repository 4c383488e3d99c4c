// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

// Windows of the editor: widgets that keep what they show and what a click does.

#pragma once

#include <vector>

#include "World.h"

struct FReply
{
    static FReply Handled()
    {
        return {};
    }
};

enum class EVisibility
{
    Visible,
    Collapsed,
};

enum class ETabRole
{
    NomadTab,
};

namespace ETabSpawnerMenuType
{
enum Type
{
    Enabled,
    Hidden,
};
} // namespace ETabSpawnerMenuType

class SWidget
{
public:
    std::function<FText()> Text;
    std::function<EVisibility()> Seen;
    std::function<FReply()> Click;
    std::vector<TSharedPtr<SWidget>> Within;
};

// What SNew(Widget) returns until it is used as a widget.
template <class Widget> class TStubArguments
{
public:
    TStubArguments& TabRole(ETabRole)
    {
        return *this;
    }

    TStubArguments& AutoWrapText(bool)
    {
        return *this;
    }

    TStubArguments& AutoHeight()
    {
        return *this;
    }

    TStubArguments& Padding(float)
    {
        return *this;
    }

    TStubArguments& Text(const FText& Letters)
    {
        return Text_Lambda([Letters] { return Letters; });
    }

    template <class Getter> TStubArguments& Text_Lambda(Getter Get)
    {
        Made->Text = std::move(Get);
        return *this;
    }

    template <class Getter> TStubArguments& Visibility_Lambda(Getter Get)
    {
        Made->Seen = std::move(Get);
        return *this;
    }

    template <class Handler> TStubArguments& OnClicked_Lambda(Handler Handle)
    {
        Made->Click = std::move(Handle);
        return *this;
    }

    template <class Other> TStubArguments& operator[](const TStubArguments<Other>& Child)
    {
        Made->Within.push_back(Child.Made);
        return *this;
    }

    TStubArguments& operator[](const TSharedPtr<SWidget>& Child)
    {
        Made->Within.push_back(Child);
        return *this;
    }

    template <class Other> TStubArguments& operator+(const TStubArguments<Other>& Slot)
    {
        Made->Within.push_back(Slot.Made);
        return *this;
    }

    template <class Wanted> operator TSharedPtr<Wanted>() const
    {
        return Made;
    }

    TSharedPtr<Widget> Made = MakeShared<Widget>();
};

#define SNew(Widget) TStubArguments<Widget>()

struct STextBlock : SWidget
{
};

struct SButton : SWidget
{
};

struct SVerticalBox : SWidget
{
    static TStubArguments<SVerticalBox> Slot()
    {
        return {};
    }

    TStubArguments<SVerticalBox> AddSlot()
    {
        TStubArguments<SVerticalBox> Added;
        Within.push_back(Added.Made);
        return Added;
    }
};

class SDockTab : public SWidget
{
};

class FSpawnTabArgs
{
};

struct FOnSpawnTab
{
    template <class T> static FOnSpawnTab CreateRaw(T* Object, TSharedRef<SDockTab> (T::*Method)(const FSpawnTabArgs&))
    {
        return {[Object, Method](const FSpawnTabArgs& Arguments) { return (Object->*Method)(Arguments); }};
    }

    std::function<TSharedRef<SDockTab>(const FSpawnTabArgs&)> Call;
};

struct FTabSpawnerEntry
{
    FTabSpawnerEntry& SetDisplayName(const FText&)
    {
        return *this;
    }

    FTabSpawnerEntry& SetMenuType(ETabSpawnerMenuType::Type)
    {
        return *this;
    }

    FOnSpawnTab Spawn;
};

class FGlobalTabmanager
{
public:
    static FGlobalTabmanager* Get();

    FTabSpawnerEntry& RegisterNomadTabSpawner(FName Name, const FOnSpawnTab& Spawn)
    {
        return Spawners[Name] = {Spawn};
    }

    void UnregisterNomadTabSpawner(FName Name)
    {
        Spawners.erase(Name);
        Open.erase(Name);
    }

    TSharedPtr<SDockTab> TryInvokeTab(FName Name)
    {
        return Open[Name] = Spawners.at(Name).Spawn.Call(FSpawnTabArgs());
    }

    std::map<FName, FTabSpawnerEntry> Spawners;
    std::map<FName, TSharedPtr<SDockTab>> Open;
};

class UEditorEngine : public UEngine
{
public:
    UWorld* PlayWorld = nullptr;
};

extern UEditorEngine* GEditor;

template <class T> class TActorIterator
{
public:
    explicit TActorIterator(UWorld* World)
    {
        for (AActor* Each : World->Actors)
        {
            if (T* Wanted = dynamic_cast<T*>(Each))
            {
                Found.push_back(Wanted);
            }
        }
    }

    explicit operator bool() const
    {
        return At < Found.size();
    }

    T* operator*() const
    {
        return Found[At];
    }

    TActorIterator& operator++()
    {
        ++At;
        return *this;
    }

private:
    std::vector<T*> Found;
    std::size_t At = 0;
};
