#include "exchange/spelling.hpp"

#include <algorithm>
#include <optional>
#include <system_error>

#include <boost/unordered/unordered_flat_map.hpp>
#include <hunspell/hunspell.hxx>
#include <iconv.h>

#include "base/text.hpp"
#include "formats/csaf/validate/words.hpp"

namespace tocsin::exchange {
namespace {

/// Words whose answer a thread remembers, per language; then it begins anew. 1,714 real documents together have 8,400.
constexpr std::size_t kRememberedMax = 50'000;

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};
template <class Value>
using ByText = boost::unordered_flat_map<std::string, Value, TextHash, std::equal_to<>>;

/// Remembers up to kRememberedMax answers.
template <class Value, class Ask>
const Value& remembered(ByText<Value>& answers, std::string_view word, const Ask& ask) {
  if (const auto known = answers.find(word); known != answers.end()) return known->second;
  auto answer = ask();
  if (answers.size() >= kRememberedMax) answers.clear();
  return answers.emplace(std::string{word}, std::move(answer)).first->second;
}

/// Turns UTF-8 into the encoding of a dictionary.
class Encoder {
 public:
  static std::optional<Encoder> open(std::string encoding) {
    constexpr std::string_view kMicrosoft = "microsoft-cp";
    if (encoding.starts_with(kMicrosoft)) encoding = "CP" + encoding.substr(kMicrosoft.size());
    if (text::equals_ignore_case_ascii(encoding, "UTF-8")) return Encoder{nullptr};
    const auto handle = iconv_open(encoding.c_str(), "UTF-8");
    if (handle == iconv_t(-1)) return std::nullopt;  // NOLINT: that is how iconv says it.
    return Encoder{handle};
  }

  /// Nothing where the encoding lacks a letter.
  std::optional<std::string> encode(std::string_view word) const {
    std::string in{word};
    if (handle_ == nullptr) return in;
    std::string out(in.size(), '\0');  // No encoding of dictionaries is longer than UTF-8.
    auto* from = in.data();
    auto* to = out.data();
    auto from_left = in.size(), to_left = out.size();
    iconv(handle_.get(), nullptr, nullptr, nullptr, nullptr);
    if (iconv(handle_.get(), &from, &from_left, &to, &to_left) != 0) return std::nullopt;
    out.resize(out.size() - to_left);
    return out;
  }

 private:
  struct Close {
    void operator()(void* handle) const noexcept { iconv_close(handle); }
  };
  explicit Encoder(void* handle) : handle_(handle) {}
  std::unique_ptr<void, Close> handle_;
};

bool is_letters(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

std::string upper_ascii(std::string_view text) {
  std::string upper;
  for (const char c : text) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return upper;
}

}  // namespace

class Dictionaries::Loaded {
 public:
  explicit Loaded(const std::filesystem::path& stem)
      : hunspell_((stem.string() + ".aff").c_str(), (stem.string() + ".dic").c_str()),
        encoder_(Encoder::open(hunspell_.get_dict_encoding())) {}
  bool is_usable() const noexcept { return encoder_.has_value(); }
  bool knows(std::string_view word) {
    const std::lock_guard lock{mutex_};
    const auto encoded = encoder_->encode(word);
    return encoded && hunspell_.spell(*encoded);
  }

 private:
  std::mutex mutex_;  // Hunspell writes into itself while it looks words up.
  Hunspell hunspell_;
  std::optional<Encoder> encoder_;
};

Dictionaries::Dictionaries(const std::filesystem::path& folder) : folder_(folder) {
  std::error_code error;
  for (std::filesystem::directory_iterator each{folder, error}, end; !error && each != end; each.increment(error)) {
    const auto& path = each->path();
    std::error_code no_words;
    if (path.extension() == ".aff" &&
        std::filesystem::is_regular_file(std::filesystem::path{path}.replace_extension(".dic"), no_words)) {
      names_.push_back(path.stem().string());
    }
  }
  std::ranges::sort(names_);
}

Dictionaries::~Dictionaries() = default;

std::string Dictionaries::name_for(std::string_view language_tag) const {
  const auto has = [&](std::string_view name) { return std::ranges::binary_search(names_, name); };
  const auto parts = text::split(language_tag, '-');
  const auto language = text::lower_ascii(parts[0]);
  constexpr std::size_t kLanguageMin = 2, kLanguageMax = 3, kRegion = 2, kNumberedRegion = 3;
  if (language.size() < kLanguageMin || language.size() > kLanguageMax || !is_letters(language)) return {};
  for (std::size_t i = 1; i < parts.size() && parts[i].size() > 1; ++i) {
    const bool is_number = std::ranges::all_of(parts[i], [](char c) { return c >= '0' && c <= '9'; });
    if (is_number && parts[i].size() == kNumberedRegion) return {};  // Several countries: "es-419".
    if (parts[i].size() != kRegion || !is_letters(parts[i])) continue;
    auto name = language + "_" + upper_ascii(parts[i]);
    if (has(name)) return name;
    return {};
  }
  for (const auto& name :
       {language, language == "en" ? std::string{"en_US"} : language + "_" + upper_ascii(language)}) {
    if (has(name)) return name;
  }
  const auto any = std::ranges::find_if(names_, [&](const auto& name) { return name.starts_with(language + "_"); });
  return any == names_.end() ? std::string{} : *any;
}

Dictionaries::Loaded* Dictionaries::loaded(const std::string& name) {
  if (!std::ranges::binary_search(names_, name)) return nullptr;
  const std::lock_guard lock{mutex_};
  auto& place = loaded_[name];
  if (place == nullptr) place = std::make_unique<Loaded>(folder_ / name);
  return place->is_usable() ? place.get() : nullptr;
}

bool Dictionaries::can_load(const std::string& name) { return loaded(name) != nullptr; }

bool Dictionaries::knows(const std::string& name, std::string_view word) {
  auto* dictionary = loaded(name);
  return dictionary != nullptr && dictionary->knows(word);
}

Dictionaries& system_dictionaries() {
  static Dictionaries dictionaries{kDictionaryFolder};
  return dictionaries;
}

class HunspellSpeller::Remembering final : public formats::csaf::Dictionary {
 public:
  Remembering(Dictionaries& dictionaries, std::string name) : dictionaries_(dictionaries), name_(std::move(name)) {}

  bool knows(std::string_view word) override {
    return remembered(known_, word, [&] { return dictionaries_.knows(name_, word); });
  }
  std::string suggestion(std::string_view word) override {
    return remembered(suggestions_, word, [&] {
      // Hunspell's own suggestions take 30 ms a word, and go far away: "Yokogawa" becomes "Okinawa".
      return formats::csaf::one_letter_off(word,
                                           [&](std::string_view other) { return dictionaries_.knows(name_, other); });
    });
  }

 private:
  Dictionaries& dictionaries_;
  std::string name_;
  ByText<bool> known_;
  ByText<std::string> suggestions_;
};

HunspellSpeller::HunspellSpeller(Dictionaries& dictionaries) : dictionaries_(dictionaries) {}
HunspellSpeller::~HunspellSpeller() = default;

formats::csaf::Dictionary* HunspellSpeller::dictionary(std::string_view language_tag) {
  auto name = dictionaries_.name_for(language_tag);
  if (name.empty() || !dictionaries_.can_load(name)) return nullptr;
  auto& place = by_name_[name];
  if (place == nullptr) place = std::make_unique<Remembering>(dictionaries_, std::move(name));
  return place.get();
}

}  // namespace tocsin::exchange
