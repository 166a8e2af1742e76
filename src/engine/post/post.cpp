#include "engine/post/post.hpp"

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "store/site.hpp"

namespace tocsin::engine::post {
namespace {

// What a letter holds must fit what a key seals; nothing that we write is near it.
constexpr std::size_t kTextBytesMax = std::size_t{32} << 10;
constexpr std::size_t kContentBytesMax = std::size_t{60} << 10;
static_assert(kContentBytesMax <= kSealedBytesMax);
constexpr std::size_t kSubjectBytesMax = 300;

std::string context_of(std::string_view message_id) { return "mail:" + std::string{message_id}; }

}  // namespace

std::string domain_of(std::string_view address) {
  const auto folded = domain::folded_email(address);
  return folded ? folded->substr(folded->find('@') + 1) : std::string{};
}

Language language_for(const Options& options, std::string_view profile, Cause cause) noexcept {
  auto chosen = Language::en;
  if (parse_language(profile, chosen)) return chosen;
  return cause == Cause::recipient ? current_language() : options.language.value_or(current_language());
}

Result<Options> Post::options(store::Connection& connection) const {
  auto now = options_;
  TRY(const auto stored, store::SiteValues{connection}.all());
  if (const auto name = stored.find("site_name"); name != stored.end() && !now.site_name_fixed) {
    now.site_name = name->second;
  }
  if (const auto tag = stored.find("language"); tag != stored.end() && !now.language_fixed) {
    if (auto language = Language::en; parse_language(tag->second, language)) now.language = language;
  }
  return now;
}

Result<store::QueuedMail> Post::sealed(const Letter& letter, std::string message_id, Timestamp now) const {
  if (letter.text.size() > kTextBytesMax) return Error::too_large("the mail's text", kTextBytesMax);
  // A name may be anything; a subject is one line.
  const auto subject = text::shorten(text::squeeze(letter.subject), kSubjectBytesMax);
  boost::json::object content{{"address", text::trim(letter.address)}, {"subject", subject}, {"text", letter.text}};
  if (!letter.html.empty()) content["html"] = letter.html;
  if (!letter.headers.empty()) {
    boost::json::array headers;
    for (const auto& [name, value] : letter.headers) headers.push_back(boost::json::array{name, value});
    content["headers"] = std::move(headers);
  }
  const auto written = json::write(content);
  if (written.size() > kContentBytesMax) return Error::too_large("the mail", kContentBytesMax);
  store::QueuedMail mail{.message_id = std::move(message_id),
                         .purpose = letter.purpose,
                         .person = letter.person,
                         .domain = domain_of(letter.address),
                         .created_at = now,
                         .next_try_at = now,
                         .expires_at = letter.expires_at};
  mail.sealed = key_.seal(written, context_of(mail.message_id));
  return mail;
}

Status Post::put(store::Connection& connection, const Letter& letter, Timestamp now) const {
  if (!on()) return ok();
  TRY(const auto mail, sealed(letter, random_uuid(), now));
  TRY_VOID(store::MailQueue{connection}.add(mail));
  return ok();
}

Result<Letter> Post::open(const store::QueuedMail& queued) const {
  TRY(const auto content, key_.open(queued.sealed, context_of(queued.message_id)));
  TRY(const auto parsed, json::parse(content.reveal()));
  const auto& root = parsed.root();
  Letter letter{.purpose = queued.purpose,
                .person = queued.person,
                .address = std::string{json::string_at(root, "address")},
                .subject = std::string{json::string_at(root, "subject")},
                .text = std::string{json::string_at(root, "text")},
                .expires_at = queued.expires_at,
                .html = std::string{json::string_at(root, "html")}};
  if (const auto* headers = json::find(root, "headers"); headers != nullptr && headers->is_array()) {
    for (const auto& each : headers->as_array()) {
      if (!each.is_array() || each.as_array().size() != 2) continue;
      const auto& pair = each.as_array();
      if (pair[0].is_string() && pair[1].is_string())
        letter.headers.emplace_back(pair[0].as_string(), pair[1].as_string());
    }
  }
  return letter;
}

}  // namespace tocsin::engine::post
