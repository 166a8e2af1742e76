#pragma once
#include <string>
#include <string_view>

#include "formats/keys/mail_key.hpp"

/// What mail_key.hpp does with certificates. For the files of this folder.
namespace tocsin::formats::keys {

/// `read`: of read_public_key, a certificate.
Result<MailKey> read_mail_certificate(PublicKey read, Timestamp now);
/// CMS EnvelopedData in DER.
Result<std::string> encrypt_cms(const PublicKey& read, std::string_view plain, Timestamp now);

}  // namespace tocsin::formats::keys
