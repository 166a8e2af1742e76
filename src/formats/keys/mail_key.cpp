#include "formats/keys/mail_key.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

#include <fmt/format.h>
#include <rnp/rnp_err.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/keys/certificate_mail.hpp"
#include "formats/keys/rnp.hpp"

namespace tocsin::formats::keys {
namespace {

constexpr std::uint32_t kRsaBitsMin = 2048, kCurveBitsMin = 255;
constexpr std::size_t kAddressesMax = 20;
constexpr std::int64_t kSecond = 1'000'000;

Error refused(std::string_view message) { return Error::invalid(std::string{message}, "key"); }
Error failed() { return Error::internal("OpenPGP: the mail could not be encrypted"); }

/// An OpenPGP key and which of its parts is encrypted to. Handles go before what they are of.
struct OpenPgp {
  Rnp<rnp_ffi_st> ffi;
  Rnp<rnp_key_handle_st> primary, chosen;
  std::string algorithm;
  std::optional<Timestamp> expires_at;
};

Rnp<char> text_of(rnp_result_t (*ask)(rnp_key_handle_t, char**), rnp_key_handle_t key) {
  char* made = nullptr;
  if (ask(key, &made) != RNP_SUCCESS) return nullptr;
  return Rnp<char>{made};
}

/// Empty: too weak, or of a kind that nobody should encrypt to any more.
std::string strong_algorithm(rnp_key_handle_t key) {
  const auto name = text_of(rnp_key_get_alg, key);
  std::uint32_t bits = 0;
  if (!name || rnp_key_get_bits(key, &bits) != RNP_SUCCESS) return {};
  const std::string_view algorithm{name.get()};
  if (algorithm == "RSA") return bits >= kRsaBitsMin ? fmt::format("RSA {}", bits) : std::string{};
  if (algorithm != "ECDH" || bits < kCurveBitsMin) return {};
  const auto curve = text_of(rnp_key_get_curve, key);
  return curve ? fmt::format("ECDH {}", curve.get()) : std::string{};
}

/// None: it does not expire. `nullopt` outside: it was never valid.
std::optional<std::optional<Timestamp>> end_of(rnp_key_handle_t key) {
  std::uint64_t until = 0;
  if (rnp_key_valid_till64(key, &until) != RNP_SUCCESS || until == 0) return std::nullopt;
  constexpr auto kForever = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / kSecond);
  if (until >= kForever) return std::optional<Timestamp>{};
  return std::optional<Timestamp>{{static_cast<std::int64_t>(until) * kSecond}};
}

/// Why none of the key's parts will do.
struct Looked {
  bool encrypts = false, weak = false, ended = false;
};

Status consider(OpenPgp& key, Rnp<rnp_key_handle_st> part, Timestamp now, std::uint32_t& newest, Looked& looked) {
  bool encrypts = false;
  if (rnp_key_allows_usage(part.get(), "encrypt", &encrypts) != RNP_SUCCESS || !encrypts) return ok();
  looked.encrypts = true;
  bool valid = false, revoked = false;
  if (rnp_key_is_valid(part.get(), &valid) != RNP_SUCCESS) valid = false;
  if (rnp_key_is_revoked(part.get(), &revoked) != RNP_SUCCESS) revoked = true;
  const auto end = end_of(part.get());
  if (!valid || revoked || !end || (*end && **end <= now)) {
    looked.ended = true;
    return ok();
  }
  auto algorithm = strong_algorithm(part.get());
  if (algorithm.empty()) {
    looked.weak = true;
    return ok();
  }
  std::uint32_t created = 0;
  if (rnp_key_get_creation(part.get(), &created) != RNP_SUCCESS || std::int64_t{created} * kSecond > now.micros) {
    return ok();
  }
  if (key.chosen && created < newest) return ok();
  newest = created;
  key.chosen = std::move(part);
  key.algorithm = std::move(algorithm);
  key.expires_at = *end;
  return ok();
}

/// `read`: of read_public_key, so one key with its own signature.
Result<OpenPgp> open_key(const PublicKey& read, Timestamp now) {
  OpenPgp key;
  rnp_ffi_t made = nullptr;
  if (rnp_ffi_create(&made, "GPG", "GPG") != RNP_SUCCESS) return failed();
  key.ffi.reset(made);
  if (rnp_set_timestamp(made, static_cast<std::uint64_t>(now.micros / kSecond)) != RNP_SUCCESS) return failed();
  rnp_input_t opened = nullptr;
  if (rnp_input_from_memory(&opened, reinterpret_cast<const std::uint8_t*>(read.body.data()), read.body.size(),
                            false) != RNP_SUCCESS) {
    return failed();
  }
  const Rnp<rnp_input_st> input{opened};
  rnp_key_handle_t found = nullptr;
  if (rnp_load_keys(made, "GPG", input.get(), RNP_LOAD_SAVE_PUBLIC_KEYS) != RNP_SUCCESS ||
      rnp_locate_key(made, "fingerprint", read.fingerprint.c_str(), &found) != RNP_SUCCESS || found == nullptr) {
    return refused(tr<"This is no OpenPGP public key that can be read">());
  }
  key.primary.reset(found);
  bool revoked = false;
  if (rnp_key_is_revoked(found, &revoked) != RNP_SUCCESS || revoked) return refused(tr<"This key was revoked">());
  const auto end = end_of(found);
  if (!end || (*end && **end <= now)) return refused(tr<"This key has expired">());

  std::uint32_t newest = 0;
  Looked looked;
  std::size_t subkeys = 0;
  if (rnp_key_get_subkey_count(found, &subkeys) != RNP_SUCCESS) return failed();
  for (std::size_t i = 0; i < subkeys; ++i) {
    rnp_key_handle_t subkey = nullptr;
    if (rnp_key_get_subkey_at(found, i, &subkey) != RNP_SUCCESS) return failed();
    TRY_VOID(consider(key, Rnp<rnp_key_handle_st>{subkey}, now, newest, looked));
  }
  if (!key.chosen) {
    // Old keys encrypt with their primary key.
    rnp_key_handle_t itself = nullptr;
    if (rnp_locate_key(made, "fingerprint", read.fingerprint.c_str(), &itself) != RNP_SUCCESS) return failed();
    TRY_VOID(consider(key, Rnp<rnp_key_handle_st>{itself}, now, newest, looked));
  }
  if (!key.chosen) {
    if (!looked.encrypts) return refused(tr<"This key can sign only: it has no part that encrypts">());
    if (looked.weak) {
      return refused(
          tr<"This key is too weak: it takes RSA of 2048 bits and more, or an elliptic curve of 256 bits and more">());
    }
    return refused(tr<"The part of this key that encrypts has expired or was revoked">());
  }
  if (*end && (!key.expires_at || **end < *key.expires_at)) key.expires_at = *end;
  return key;
}

std::vector<std::string> addresses_of(rnp_key_handle_t key) {
  std::vector<std::string> found;
  std::size_t count = 0;
  if (rnp_key_get_uid_count(key, &count) != RNP_SUCCESS) return found;
  for (std::size_t i = 0; i < count && found.size() < kAddressesMax; ++i) {
    rnp_uid_handle_t handle = nullptr;
    if (rnp_key_get_uid_handle_at(key, i, &handle) != RNP_SUCCESS) continue;
    const Rnp<rnp_uid_handle_st> uid{handle};
    bool valid = false;
    if (rnp_uid_is_valid(handle, &valid) != RNP_SUCCESS || !valid) continue;
    char* text = nullptr;
    if (rnp_key_get_uid_at(key, i, &text) != RNP_SUCCESS) continue;
    const Rnp<char> owned{text};
    std::string_view name{text};
    if (const auto open = name.rfind('<'); open != std::string_view::npos && name.ends_with('>')) {
      name = name.substr(open + 1, name.size() - open - 2);
    }
    if (text::contains(name, "@") && text::invalid_utf8_at(name) == std::string_view::npos) {
      found.push_back(text::lower_ascii(name));
    }
  }
  return found;
}

Result<std::string> encrypt_openpgp(const PublicKey& read, std::string_view plain, Timestamp now) {
  TRY(const auto key, open_key(read, now));
  rnp_input_t opened = nullptr;
  if (rnp_input_from_memory(&opened, reinterpret_cast<const std::uint8_t*>(plain.data()), plain.size(), false) !=
      RNP_SUCCESS) {
    return failed();
  }
  const Rnp<rnp_input_st> input{opened};
  rnp_output_t into = nullptr;
  if (rnp_output_to_memory(&into, 0) != RNP_SUCCESS) return failed();
  const Rnp<rnp_output_st> output{into};
  rnp_op_encrypt_t begun = nullptr;
  if (rnp_op_encrypt_create(&begun, key.ffi.get(), input.get(), output.get()) != RNP_SUCCESS) return failed();
  const Rnp<rnp_op_encrypt_st> op{begun};
  // Not compressed: a letter's size would tell what repeats in it.
  if (rnp_op_encrypt_add_recipient(begun, key.chosen.get()) != RNP_SUCCESS ||
      rnp_op_encrypt_set_armor(begun, true) != RNP_SUCCESS ||
      rnp_op_encrypt_set_cipher(begun, "AES256") != RNP_SUCCESS ||
      rnp_op_encrypt_set_compression(begun, "Uncompressed", 0) != RNP_SUCCESS ||
      rnp_op_encrypt_execute(begun) != RNP_SUCCESS) {
    return failed();
  }
  std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
  if (rnp_output_memory_get_buf(output.get(), &bytes, &size, false) != RNP_SUCCESS || size == 0) return failed();
  return std::string{reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

Result<MailKey> read_mail_key(std::string_view text, Timestamp now) {
  TRY(auto read, read_public_key(text));
  if (read.kind == PublicKey::Kind::certificate) return read_mail_certificate(std::move(read), now);
  TRY(const auto key, open_key(read, now));
  return MailKey{.kind = read.kind,
                 .fingerprint = std::move(read.fingerprint),
                 .algorithm = key.algorithm,
                 .expires_at = key.expires_at,
                 .addresses = addresses_of(key.primary.get()),
                 .body = std::move(read.body)};
}

Result<std::string> encrypt_to(std::string_view body, std::string_view plain, Timestamp now) {
  TRY(const auto read, read_public_key(body));
  if (read.kind == PublicKey::Kind::openpgp) return encrypt_openpgp(read, plain, now);
  return encrypt_cms(read, plain, now);
}

std::string grouped(std::string_view fingerprint) {
  std::string out;
  for (std::size_t i = 0; i < fingerprint.size(); i += 4) {
    out += (i == 0 ? "" : " ") + std::string{fingerprint.substr(i, 4)};
  }
  return out;
}

}  // namespace tocsin::formats::keys
