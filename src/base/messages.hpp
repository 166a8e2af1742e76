#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/literal.hpp"

/// What Tocsin says to people, in their language. The English sentence stands where it is used and is its own key:
///
///     tr<"Nothing was found">()                        // text of the catalogue's life time
///     tr<"{} of {} were sent">(done, all)              // holes as in fmt; a translation may turn them round: {1} {0}
///     trn<"{} record", "{} records">(count, number)    // by the number, which is not among the holes by itself
///     constexpr Message kLabel = message<"Sector">;    // for tables: becomes text where it is used
///     tr<"#verb#Open">()                               // a context keeps two meanings of one English word apart
///
/// Every such literal of the program registers itself, so the catalogues (languages/*.po) can be held against it:
/// nothing missing, nothing left over. The language is that of the thread: a request's for as long as it is answered,
/// else English, which is what logs, the audit trail and the command line speak.
namespace tocsin {

enum class Language : std::uint8_t { en, de, es };
inline constexpr std::size_t kLanguageCount = 3;
inline constexpr std::array kLanguages{Language::en, Language::de, Language::es};

/// BCP 47: "en".
std::string_view tag_of(Language language) noexcept;
/// In its own words: "Deutsch".
std::string_view own_name(Language language) noexcept;
/// By primary subtag: "de", "de-AT", "DE_at"; else `found` is false.
bool parse_language(std::string_view tag, Language& found) noexcept;
/// The best of what the reader takes (RFC 9110 section 12.5.4, RFC 4647 lookup); `otherwise` where none is ours.
Language choose_language(std::string_view accept_language, Language otherwise = Language::en) noexcept;

Language current_language() noexcept;
/// This thread speaks that language until the scope ends.
class LanguageScope {
 public:
  explicit LanguageScope(Language language) noexcept;
  ~LanguageScope();
  LanguageScope(const LanguageScope&) = delete;
  LanguageScope& operator=(const LanguageScope&) = delete;

 private:
  Language before_;
};

namespace messages {

/// Where a message stands decides what a translation may hold.
enum class Kind : std::uint8_t {
  text,    ///< Plain text with holes.
  markup,  ///< Text of an HTML template: the same tags as in English.
  quoted,  ///< Value of an attribute: no quotes, no tags.
};

/// One message of the program. Lives as long as the program.
class Entry {
 public:
  /// `source` with "#context#" before it, where it needs one. Registers itself.
  Entry(Kind kind, std::string_view source, std::string_view plural = {});
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  std::string_view text(Language language) const noexcept { return singular_[static_cast<std::size_t>(language)]; }
  std::string_view plural_text(Language language) const noexcept { return plural_[static_cast<std::size_t>(language)]; }
  std::string_view english() const noexcept { return singular_[0]; }
  std::string_view english_plural() const noexcept { return plural_[0]; }
  std::string_view context() const noexcept { return context_; }
  Kind kind() const noexcept { return kind_; }
  const Entry* next() const noexcept { return next_; }

 private:
  friend struct Loading;
  Kind kind_;
  std::string_view context_;
  std::array<std::string_view, kLanguageCount> singular_, plural_;
  Entry* next_;
};
/// Every message, in no order; the same one may stand there several times.
const Entry* first() noexcept;

struct Problem {
  std::string message;  ///< English.
  std::string what;     ///< "not translated", "the holes differ: ..."
};
/// Takes a catalogue in (gettext's PO). What is wrong with a message's translation leaves it English and is told; so is
/// what the catalogue lacks or has too much. Before other threads run.
std::vector<Problem> load(Language language, std::string_view po);
/// The messages of the program as a PO file with the translations that `po` has, sorted by English text: for
/// translators.
std::string update(std::string_view po, Language language);

/// Does the plural form go with this number?
bool is_plural(Language language, long long number) noexcept;

template <Literal S>
inline Entry kEntry{Kind::text, S.view()};
template <Literal One, Literal Many>
inline Entry kPluralEntry{Kind::text, One.view(), Many.view()};

/// The English text behind the context.
template <Literal S>
consteval std::string_view without_context() {
  auto source = S.view();
  const auto end = source.starts_with('#') ? source.find('#', 1) : std::string_view::npos;
  return end == std::string_view::npos ? source : source.substr(end + 1);
}
/// Fills the holes. A faulty translation has been sorted out by load().
std::string fill(std::string_view pattern, fmt::format_args arguments);

}  // namespace messages

/// Text for tables that are made before the language is known.
class Message {
 public:
  constexpr Message(const messages::Entry& entry) noexcept : entry_(&entry) {}
  std::string_view text() const noexcept { return entry_->text(current_language()); }
  operator std::string_view() const noexcept { return text(); }
  std::string_view english() const noexcept { return entry_->english(); }

 private:
  const messages::Entry* entry_;
};
template <Literal S>
inline constexpr Message message{messages::kEntry<S>};

template <Literal S>
std::string_view tr() noexcept {
  return messages::kEntry<S>.text(current_language());
}
template <Literal S, class... Args>
  requires(sizeof...(Args) > 0)
std::string tr(const Args&... arguments) {
  [[maybe_unused]] constexpr fmt::format_string<const Args&...> checked{messages::without_context<S>()};
  return messages::fill(tr<S>(), fmt::make_format_args(arguments...));
}
template <Literal One, Literal Many, class... Args>
std::string trn(long long number, const Args&... arguments) {
  [[maybe_unused]] constexpr fmt::format_string<const Args&...> checked_one{messages::without_context<One>()};
  [[maybe_unused]] constexpr fmt::format_string<const Args&...> checked_many{Many.view()};
  const auto language = current_language();
  const auto& entry = messages::kPluralEntry<One, Many>;
  return messages::fill(messages::is_plural(language, number) ? entry.plural_text(language) : entry.text(language),
                        fmt::make_format_args(arguments...));
}
/// Text that comes from a table of a lower room (a sector, a role, a country), or from an error that was made before
/// the reader's language was known: translated where a message without holes and context is this very English, else as
/// it is. Register tables with messages::note, or nobody is asked to translate them.
std::string_view tr_text(std::string_view english) noexcept;
namespace messages {
/// Registers a text that is not a literal here; once each.
void note(std::string_view english);
}  // namespace messages

}  // namespace tocsin

/// A message in fmt is its text.
template <>
struct fmt::formatter<tocsin::Message> : fmt::formatter<fmt::string_view> {
  template <class Context>
  auto format(const tocsin::Message& message, Context& context) const {
    const auto text = message.text();
    return fmt::formatter<fmt::string_view>::format(fmt::string_view{text.data(), text.size()}, context);
  }
};
