// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

#include "RsaTalkerTls.h"

#include "HAL/PlatformProcess.h"
#include "HAL/PlatformTime.h"
#include "RsaTalkerThreads.h"

#define UI OpenSslUi // a type of OpenSSL, a namespace of Unreal
THIRD_PARTY_INCLUDES_START
#include <openssl/ssl.h>
#include <openssl/x509.h>
THIRD_PARTY_INCLUDES_END
#undef UI

struct FRsaTalkerTls::FInside
{
    FInside(const std::string& Authority, bool bIsTls) : Context(bIsTls ? SSL_CTX_new(TLS_client_method()) : nullptr)
    {
        if (Context)
        {
            SSL_CTX_set_min_proto_version(Context, TLS1_2_VERSION);
            SSL_CTX_set_verify(Context, SSL_VERIFY_NONE,
                               nullptr); // no authority signs it: its fingerprint is looked at
        }
        Line = Context ? BIO_new_ssl_connect(Context) : BIO_new(BIO_s_connect());
        BIO_set_nbio(Line, 1);
        BIO_set_conn_hostname(Line, Authority.c_str());
    }

    ~FInside()
    {
        BIO_free_all(Line);
        SSL_CTX_free(Context);
    }

    SSL_CTX* const Context; // null: without TLS
    BIO* Line = nullptr;
};

FRsaTalkerTls::FRsaTalkerTls(const std::string& Authority, bool bIsTls)
    : Inside(std::make_unique<FInside>(Authority, bIsTls))
{
}

FRsaTalkerTls::~FRsaTalkerTls() = default;

// Whether the last call only has to wait, and has waited a little.
bool FRsaTalkerTls::MayTryAgain(double EndS) const
{
    if (!BIO_should_retry(Inside->Line) || FPlatformTime::Seconds() > EndS || IsRsaTalkerLeaving())
    {
        return false;
    }
    FPlatformProcess::Sleep(0.002f);
    return true;
}

bool FRsaTalkerTls::Connect(double PatienceS)
{
    const double EndS = FPlatformTime::Seconds() + PatienceS;
    while (BIO_do_handshake(Inside->Line) != 1) // without TLS: connects
    {
        if (!MayTryAgain(EndS))
        {
            return false;
        }
    }
    return true;
}

std::string FRsaTalkerTls::Fingerprint() const
{
    SSL* Tls = nullptr;
    if (Inside->Context)
    {
        BIO_get_ssl(Inside->Line, &Tls);
    }
    X509* const Shown = Tls ? SSL_get_peer_certificate(Tls) : nullptr;
    unsigned char Digest[EVP_MAX_MD_SIZE];
    unsigned int Size = 0;
    const bool bIsKnown = Shown && X509_digest(Shown, EVP_sha256(), Digest, &Size) == 1;
    X509_free(Shown);
    std::string Hex;
    for (unsigned int Index = 0; bIsKnown && Index < Size; ++Index)
    {
        Hex += "0123456789ABCDEF"[Digest[Index] / 16];
        Hex += "0123456789ABCDEF"[Digest[Index] % 16];
    }
    return Hex;
}

bool FRsaTalkerTls::Send(const std::string& Text, double PatienceS)
{
    const double EndS = FPlatformTime::Seconds() + PatienceS;
    for (std::size_t Sent = 0; Sent < Text.size();)
    {
        const int Taken = BIO_write(Inside->Line, Text.data() + Sent, static_cast<int>(Text.size() - Sent));
        if (Taken <= 0 && !MayTryAgain(EndS))
        {
            return false;
        }
        Sent += static_cast<std::size_t>(Taken > 0 ? Taken : 0);
    }
    return true;
}

ERsaTalkerReceived FRsaTalkerTls::Receive(std::string& Bytes, double PatienceS)
{
    constexpr std::size_t Most = 16 << 20; // a peer that never pauses is read in parts
    const double EndS = FPlatformTime::Seconds() + PatienceS;
    char Part[16384];
    while (Bytes.size() < Most)
    {
        const int Count = BIO_read(Inside->Line, Part, sizeof(Part));
        if (Count > 0)
        {
            Bytes.append(Part, static_cast<std::size_t>(Count));
        }
        else if (!BIO_should_retry(Inside->Line))
        {
            return ERsaTalkerReceived::Closed;
        }
        else if (!Bytes.empty() || !MayTryAgain(EndS))
        {
            break;
        }
    }
    return Bytes.empty() ? ERsaTalkerReceived::Nothing : ERsaTalkerReceived::Some;
}
