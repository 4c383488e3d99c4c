// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

// Arrays, pointers and delegates as Unreal spells them.

#pragma once

#include <array>
#include <functional>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

#include "Text.h"

template <class T> class TArray
{
public:
    TArray() = default;

    TArray(std::initializer_list<T> Values) : Entries(Values)
    {
    }

    int32 Num() const
    {
        return static_cast<int32>(Entries.size());
    }

    T* GetData()
    {
        return Entries.data();
    }

    const T* GetData() const
    {
        return Entries.data();
    }

    int32 Add(const T& Value)
    {
        Entries.push_back(Value);
        return Num() - 1;
    }

    void Append(const T* Values, int32 Count)
    {
        Entries.insert(Entries.end(), Values, Values + Count);
    }

    void Reset()
    {
        Entries.clear();
    }

    void SetNumZeroed(int32 Count)
    {
        Entries.assign(static_cast<std::size_t>(Count), T{});
    }

    bool Contains(const T& Value) const
    {
        return std::find(Entries.begin(), Entries.end(), Value) != Entries.end();
    }

    int32 Remove(const T& Value)
    {
        const auto End = std::remove(Entries.begin(), Entries.end(), Value);
        const int32 Count = static_cast<int32>(Entries.end() - End);
        Entries.erase(End, Entries.end());
        return Count;
    }

    T& operator[](int32 Index)
    {
        return Entries.at(static_cast<std::size_t>(Index));
    }

    const T& operator[](int32 Index) const
    {
        return Entries.at(static_cast<std::size_t>(Index));
    }

    auto begin() const
    {
        return Entries.begin();
    }

    auto end() const
    {
        return Entries.end();
    }

private:
    std::vector<T> Entries;
};

template <class T> using TArray64 = TArray<T>;

enum class ESPMode
{
    NotThreadSafe,
    ThreadSafe,
};

template <class T, ESPMode Mode = ESPMode::ThreadSafe> class TSharedPtr
{
public:
    TSharedPtr() = default;

    TSharedPtr(std::nullptr_t)
    {
    }

    TSharedPtr(std::shared_ptr<T> InPointer) : Pointer(std::move(InPointer))
    {
    }

    template <class Other> TSharedPtr(const TSharedPtr<Other, Mode>& From) : Pointer(From.Pointer)
    {
    }

    bool IsValid() const
    {
        return Pointer != nullptr;
    }

    T* Get() const
    {
        return Pointer.get();
    }

    T* operator->() const
    {
        return Pointer.get();
    }

    T& operator*() const
    {
        return *Pointer;
    }

    void Reset()
    {
        Pointer.reset();
    }

    std::shared_ptr<T> Pointer;
};

template <class T, ESPMode Mode = ESPMode::ThreadSafe> using TSharedRef = TSharedPtr<T, Mode>;

template <class T> class TWeakPtr
{
public:
    TWeakPtr& operator=(const TSharedPtr<T>& From)
    {
        Pointer = From.Pointer;
        return *this;
    }

    TSharedPtr<T> Pin() const
    {
        return Pointer.lock();
    }

private:
    std::weak_ptr<T> Pointer;
};

template <class T, class... Arguments> TSharedPtr<T> MakeShared(Arguments&&... Values)
{
    return std::make_shared<T>(std::forward<Arguments>(Values)...);
}

template <class T> class TUniquePtr
{
public:
    explicit TUniquePtr(T* InPointer = nullptr) : Pointer(InPointer)
    {
    }

    void Reset(T* InPointer = nullptr)
    {
        Pointer.reset(InPointer);
    }

    bool IsValid() const
    {
        return Pointer != nullptr;
    }

    T* operator->() const
    {
        return Pointer.get();
    }

private:
    std::unique_ptr<T> Pointer;
};

template <class T> std::remove_reference_t<T>&& MoveTemp(T&& Value)
{
    return static_cast<std::remove_reference_t<T>&&>(Value);
}

// Dynamic delegates: bound by object and method, called in order; an object that has gone is left out.
class UObject;
bool StubIsAlive(const UObject* Object);

template <class... Arguments> class TStubMulticast
{
public:
    template <class T> void AddDynamic(T* Object, void (T::*Method)(Arguments...))
    {
        Entries.push_back(
            {Object, KeyOf(Method), [Object, Method](Arguments... Values) { (Object->*Method)(Values...); }});
    }

    template <class T> void RemoveDynamic(T* Object, void (T::*Method)(Arguments...))
    {
        const auto IsIt = [&](const Entry& Each) { return Each.Object == Object && Each.Key == KeyOf(Method); };
        Entries.erase(std::remove_if(Entries.begin(), Entries.end(), IsIt), Entries.end());
    }

    void AddStub(std::function<void(Arguments...)> Call) // of a test, which is no object
    {
        Entries.push_back({nullptr, {}, std::move(Call)});
    }

    void Broadcast(Arguments... Values)
    {
        const auto Called = Entries; // a listener may remove itself
        for (const Entry& Each : Called)
        {
            if (Each.Object == nullptr || StubIsAlive(Each.Object))
            {
                Each.Call(Values...);
            }
        }
    }

    int32 Num() const
    {
        return static_cast<int32>(Entries.size());
    }

private:
    struct Entry
    {
        const UObject* Object;
        std::array<unsigned char, 16> Key;
        std::function<void(Arguments...)> Call;
    };

    template <class MethodType> static std::array<unsigned char, 16> KeyOf(MethodType Method)
    {
        std::array<unsigned char, 16> Bytes{};
        static_assert(sizeof(Method) <= sizeof(Bytes));
        std::memcpy(Bytes.data(), &Method, sizeof(Method));
        return Bytes;
    }

    std::vector<Entry> Entries;
};

#define DECLARE_DYNAMIC_MULTICAST_DELEGATE_OneParam(Name, T1, N1)                                                      \
    class Name : public TStubMulticast<T1>                                                                             \
    {                                                                                                                  \
    }
#define DECLARE_DYNAMIC_MULTICAST_DELEGATE_TwoParams(Name, T1, N1, T2, N2)                                             \
    class Name : public TStubMulticast<T1, T2>                                                                         \
    {                                                                                                                  \
    }
#define DECLARE_DYNAMIC_MULTICAST_DELEGATE_ThreeParams(Name, T1, N1, T2, N2, T3, N3)                                   \
    class Name : public TStubMulticast<T1, T2, T3>                                                                     \
    {                                                                                                                  \
    }
