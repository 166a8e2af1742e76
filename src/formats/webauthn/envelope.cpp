#include "formats/webauthn/envelope.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <openssl/crypto.h>

#include "base/encoding.hpp"
#include "base/text.hpp"

namespace tocsin::formats::webauthn {
namespace {

constexpr json::Limits kLimits{.bytes_max = kResponseBytesMax, .depth_max = 16};
/// Of what a stranger sent into a log.
constexpr std::size_t kDetailBytesMax = 200;

Result<json::Parsed> parse_object(std::string_view text, std::string_view name) {
  auto parsed = json::parse(text, kLimits);
  if (!parsed) {
    auto error = std::move(parsed).error();
    error.where = fmt::format("{}:{}", name, error.where);
    return error;
  }
  if (!parsed->root().is_object()) {
    return Error::invalid(fmt::format("the {} is no JSON object", name), std::string{name});
  }
  return parsed;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

Error refused(std::string message, std::string where, std::string_view detail) {
  auto error = Error::forbidden(std::move(message));
  error.where = std::move(where);
  error.detail = text::shorten(detail, kDetailBytesMax);
  return error;
}

Result<Envelope> Envelope::read(std::string_view response_json) {
  if (response_json.size() > kResponseBytesMax) return Error::too_large("the passkey's answer", kResponseBytesMax);
  Envelope envelope;
  TRY(envelope.parsed_, parse_object(response_json, "answer"));
  const auto& root = envelope.root();
  if (json::string_at(root, "type") != "public-key") {
    return Error::invalid("the answer's 'type' is 'public-key'", "answer/type");
  }
  const auto id = json::string_at(root, "id");
  const auto decoded = base64url_decode(id);
  if (!decoded || decoded->size() < kCredentialIdBytesMin || decoded->size() > kCredentialIdBytesMax) {
    return Error::invalid(
        fmt::format("the answer's 'id' is base64url of {} to {} bytes", kCredentialIdBytesMin, kCredentialIdBytesMax),
        "answer/id");
  }
  if (json::string_at(root, "rawId") != id) {
    return Error::invalid("the answer's 'rawId' is the same as its 'id'", "answer/rawId");
  }
  envelope.response_ = json::find(root, "response");
  if (envelope.response_ == nullptr || !envelope.response_->is_object()) {
    return Error::invalid("the answer's 'response' is an object", "answer/response");
  }
  envelope.credential_id_ = id;
  return envelope;
}

Result<std::string> Envelope::bytes(std::string_view member) const {
  auto decoded = base64url_decode(json::string_at(response(), member));
  if (!decoded || decoded->empty()) {
    return Error::invalid(fmt::format("the answer's '{}' is base64url", member),
                          fmt::format("answer/response/{}", member));
  }
  return decoded;
}

Result<std::string> Envelope::user_handle() const {
  const auto* const member = json::find(response(), "userHandle");
  if (member == nullptr || member->is_null()) return std::string{};
  TRY(const auto decoded, bytes("userHandle"));
  if (decoded.size() > kUserHandleBytes) {
    return Error::invalid(fmt::format("a user handle has at most {} bytes", kUserHandleBytes),
                          "answer/response/userHandle");
  }
  return std::string{member->as_string()};
}

Status check_client_data(std::string_view bytes, Ceremony ceremony, const Expectation& expected) {
  TRY(const auto parsed, parse_object(bytes, "clientDataJSON"));
  const auto& data = parsed.root();
  const auto type = json::string_at(data, "type");
  if (type != (ceremony == Ceremony::create ? "webauthn.create" : "webauthn.get")) {
    return refused("the answer is of another kind than the request", "clientDataJSON/type", type);
  }
  // An empty or short challenge is a session that has none: nothing may answer it.
  const auto challenge = base64url_decode(expected.challenge);
  if (!challenge || challenge->size() != kChallengeBytes ||
      !equal_in_constant_time(json::string_at(data, "challenge"), expected.challenge)) {
    return refused("the answer belongs to another request, or to one that has expired: please try again",
                   "clientDataJSON/challenge");
  }
  const auto origin = json::string_at(data, "origin");
  if (std::ranges::find(expected.origins, origin) == expected.origins.end()) {
    return refused("the answer was made for another address than this portal's", "clientDataJSON/origin", origin);
  }
  const auto* const cross_origin = json::find(data, "crossOrigin");
  if (cross_origin != nullptr && (!cross_origin->is_bool() || cross_origin->as_bool())) {
    return refused("the answer was made within another site's page", "clientDataJSON/crossOrigin");
  }
  if (json::find(data, "topOrigin") != nullptr) {
    return refused("the answer was made within another site's page", "clientDataJSON/topOrigin",
                   json::string_at(data, "topOrigin"));
  }
  return ok();
}

}  // namespace tocsin::formats::webauthn
