// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

// Objects and their classes. Every object is kept in one list until play ends, as an engine's garbage collector would.

#pragma once

#include <atomic>
#include <set>
#include <type_traits>

#include "Containers.h"
#include "Space.h"

#define UCLASS(...)
#define USTRUCT(...)
#define UENUM(...)
#define UPROPERTY(...)
#define UFUNCTION(...)
#define STUB_JOIN_(A, B, C, D) A##B##C##D
#define STUB_JOIN(A, B, C, D) STUB_JOIN_(A, B, C, D)
#define GENERATED_BODY() STUB_JOIN(CURRENT_FILE_ID, _, __LINE__, _GENERATED_BODY) // X.generated.h has it

struct UClass
{
    const char* Name;
};

template <class T> struct TSubclassOf
{
    TSubclassOf(const UClass* InClass) : Class(InClass)
    {
    }

    const UClass* Class;
};

class FObjectInitializer
{
public:
    static const FObjectInitializer& Get()
    {
        static const FObjectInitializer Only;
        return Only;
    }
};

enum EObjectFlags
{
    RF_NoFlags = 0,
    RF_Public = 1,
    RF_Standalone = 2,
};

inline EObjectFlags operator|(EObjectFlags A, EObjectFlags B)
{
    return static_cast<EObjectFlags>(static_cast<int>(A) | static_cast<int>(B));
}

class UWorld;

class UObject
{
public:
    UObject();
    virtual ~UObject();
    UObject(const UObject&) = delete;

    FString GetName() const
    {
        return TEXT("Object");
    }

    virtual UWorld* GetWorld() const;

    UObject* Outer = nullptr;
    bool bIsGarbage = false; // destroyed; the collector has not come yet
};

std::set<UObject*>& StubObjects();
UObject*& StubNextOuter(); // of the object that is being made

template <class T> T* NewObject(UObject* Outer = nullptr, FName = FName(), EObjectFlags = RF_NoFlags)
{
    UObject* const Before = StubNextOuter();
    StubNextOuter() = Outer;
    T* const Made = new T();
    StubNextOuter() = Before;
    return Made;
}

template <class T, class From> auto Cast(From* Object)
{
    return dynamic_cast<std::conditional_t<std::is_const_v<From>, const T, T>*>(Object);
}

bool StubIsAlive(const UObject* Object);

inline bool IsValid(const UObject* Object)
{
    return Object && StubIsAlive(Object) && !Object->bIsGarbage;
}

template <class T> class TWeakObjectPtr
{
public:
    TWeakObjectPtr(T* InPointer = nullptr) : Pointer(InPointer)
    {
    }

    T* Get() const
    {
        return IsValid(Pointer) ? Pointer : nullptr;
    }

private:
    T* Pointer;
};

template <class T> const T* GetDefault()
{
    static const T* const Default = NewObject<T>();
    return Default;
}

template <class T> T* GetMutableDefault()
{
    return const_cast<T*>(GetDefault<T>());
}

template <class T> class TObjectPtr
{
public:
    TObjectPtr(T* InPointer = nullptr) : Pointer(InPointer)
    {
    }

    T* Get() const
    {
        return Pointer;
    }

    T* operator->() const
    {
        return Pointer;
    }

    operator T*() const
    {
        return Pointer;
    }

private:
    T* Pointer;
};

struct FSoftObjectPath
{
    explicit FSoftObjectPath(const TCHAR* InPath) : Path(InPath)
    {
    }

    FString Path;
};

UObject* StubLoaded(const FString& Path); // an asset of the stub's content; null if it is not loaded
std::set<std::u16string>& StubMissing();  // assets that are not there
void StubHideMaterials();                 // of the plugin's content

template <class T> class TSoftObjectPtr
{
public:
    TSoftObjectPtr() = default;

    explicit TSoftObjectPtr(const FSoftObjectPath& InPath) : Path(InPath.Path)
    {
    }

    T* Get() const
    {
        return dynamic_cast<T*>(StubLoaded(Path));
    }

    FSoftObjectPath ToSoftObjectPath() const
    {
        return FSoftObjectPath(*Path);
    }

private:
    FString Path;
};

// Loads what is asked for at the next tick of the game.
struct FStreamableHandle
{
    bool HasLoadCompleted() const
    {
        return bIsDone;
    }

    bool bIsDone = false;
};

struct FStreamableManager
{
    TSharedPtr<FStreamableHandle> RequestAsyncLoad(const TArray<FSoftObjectPath>& Paths);
};

struct UAssetManager
{
    static FStreamableManager& GetStreamableManager();
};

template <class T> class TObjectIterator
{
public:
    TObjectIterator() : At(StubObjects().begin())
    {
        Settle();
    }

    explicit operator bool() const
    {
        return At != StubObjects().end();
    }

    void operator++()
    {
        ++At;
        Settle();
    }

    T* operator*() const
    {
        return dynamic_cast<T*>(*At);
    }

    T* operator->() const
    {
        return **this;
    }

private:
    void Settle()
    {
        while (At != StubObjects().end() && dynamic_cast<T*>(*At) == nullptr)
        {
            ++At;
        }
    }

    std::set<UObject*>::iterator At;
};

class UDeveloperSettings : public UObject
{
public:
    virtual FName GetCategoryName() const
    {
        return FName();
    }

    bool TryUpdateDefaultConfigFile()
    {
        bIsSaved = true;
        return true;
    }

    bool bIsSaved = false;
};

class IModuleInterface
{
public:
    virtual ~IModuleInterface() = default;

    virtual void StartupModule()
    {
    }

    virtual void ShutdownModule()
    {
    }
};

struct FModuleManager
{
    template <class T> static T& LoadModuleChecked(const TCHAR*)
    {
        static T Module;
        return Module;
    }
};

class FDefaultModuleImpl : public IModuleInterface
{
};

#define IMPLEMENT_MODULE(Class, Name)                                                                                  \
    IModuleInterface* StubModule##Name();                                                                              \
    IModuleInterface* StubModule##Name()                                                                               \
    {                                                                                                                  \
        static Class Module;                                                                                           \
        return &Module;                                                                                                \
    }
