#include "portal/html/template.hpp"

#include <charconv>
#include <deque>

namespace tocsin::portal::html::detail {
namespace {

TemplateEntry*& head() noexcept {
  static TemplateEntry* first = nullptr;
  return first;
}
/// Never destroyed: answers may be written while the program ends.
std::deque<messages::Entry>& entries() {
  static auto* all = new std::deque<messages::Entry>;
  return *all;
}

/// Puts pieces and the order of holes together.
class Assembly {
 public:
  explicit Assembly(std::span<const std::size_t> at) : at_(at) { result_.pieces.emplace_back(); }

  /// The template's own text from `begin` to `end`, with its holes from `hole` on.
  void own(std::string_view text, std::size_t begin, std::size_t end, std::size_t hole, std::size_t hole_end) {
    for (; hole < hole_end; ++hole) {
      result_.pieces.back() += text.substr(begin, at_[hole] - begin);
      begin = at_[hole];
      put_hole(hole);
    }
    result_.pieces.back() += text.substr(begin, end - begin);
  }

  /// A translation, which messages::load has found in order.
  void translated(std::string_view text, std::size_t first_hole) {
    std::size_t automatic = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '{' && text[i] != '}') {
        result_.pieces.back() += text[i];
        continue;
      }
      if (i + 1 < text.size() && text[i + 1] == text[i]) {
        result_.pieces.back() += text[i++];
        continue;
      }
      const auto end = text.find('}', i);
      std::size_t number = automatic;
      const auto inside = text.substr(i + 1, end - i - 1);
      if (inside.empty()) {
        ++automatic;
      } else {
        std::from_chars(inside.data(), inside.data() + inside.size(), number);
      }
      put_hole(first_hole + number);
      i = end;
    }
  }

  Localised take() { return std::move(result_); }

 private:
  void put_hole(std::size_t number) {
    result_.order.push_back(number);
    result_.pieces.emplace_back();
  }
  std::span<const std::size_t> at_;
  Localised result_;
};

}  // namespace

TemplateEntry::TemplateEntry(std::string_view source, std::string_view text, std::span<const std::size_t> at,
                             std::span<const MessageSpan> spans)
    : text_(text), at_(at), messages_(spans), next_(head()) {
  for (const auto& each : spans) {
    entries_.push_back(&entries().emplace_back(each.quoted ? messages::Kind::quoted : messages::Kind::markup,
                                               source.substr(each.source_begin, each.source_end - each.source_begin)));
  }
  head() = this;
}

void TemplateEntry::localise_all() {
  for (auto* entry = head(); entry != nullptr; entry = entry->next_) {
    for (const auto language : kLanguages) entry->localise(language);
  }
}

void TemplateEntry::localise(Language language) {
  auto& place = localised_[static_cast<std::size_t>(language)];
  delete place;
  place = nullptr;
  bool any = false;
  for (const auto* entry : entries_) any = any || entry->text(language).data() != entry->english().data();
  if (!any) return;
  Assembly assembly{at_};
  std::size_t begin = 0, hole = 0;
  for (std::size_t i = 0; i < messages_.size(); ++i) {
    const auto& message = messages_[i];
    assembly.own(text_, begin, message.begin, hole, message.first_hole);
    assembly.translated(entries_[i]->text(language), message.first_hole);
    begin = message.end;
    hole = message.first_hole + message.holes;
  }
  assembly.own(text_, begin, text_.size(), hole, at_.size());
  place = new Localised(assembly.take());
}

}  // namespace tocsin::portal::html::detail
