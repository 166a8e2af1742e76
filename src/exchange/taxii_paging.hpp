#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "exchange/taxii_client.hpp"
#include "store/taxii_peers.hpp"

/// How a collection is read to its end, page after page, whatever its server does (TAXII 2.1, pagination).
/// Pure: it says what to ask next.
///
/// Most servers give `next` where there is more. The standard also lets them say that there is more and leave it to the
/// client to go on by dates; some repeat a page, say it is the end in the middle, or give many objects one date. Then
/// it goes on by dates: what was added from the last moment told on is asked for again, that moment included, for what
/// is read twice changes nothing here, and what is skipped is lost. Every step either advances or ends, so no server
/// keeps it for ever.
namespace tocsin::exchange {

/// What is asked again at the next reading: a server may give an object a moment that lies before others it has told.
inline constexpr std::int64_t kOverlapMicros = 60'000'000;

/// Beside the position that is kept: of this reading only.
struct Paging {
  store::PeerPosition position = {};
  std::string digest = {};  ///< Of the page before.
  int empty_pages = 0;      ///< In a row.
  bool probing = false;     ///< The page before said it was the end, and looked cut.
};

enum class Then : std::uint8_t { go_on, caught_up, stuck };

struct Step {
  Then then = Then::caught_up;
  std::string fault = {};  ///< What makes it hard to read; where it goes on, it was coped with.
};

TaxiiQuestion question_of(const Paging& paging);
/// After a page. `brought_new`: something in it was not here yet.
Step advance(Paging& paging, const TaxiiPage& page, bool brought_new);
/// Before the first question of a reading that goes on in the middle. Some servers give each page of a `next` once: if
/// its answer was lost, or who asked was killed, asking again would skip a page. So it goes on by dates, where these
/// have come further since the last time that it did.
void resume(Paging& paging);
/// The server refused `next`: it may have forgotten it. False where there is nothing else to try.
bool forget_next(Paging& paging);
/// The server is slow, or its pages are larger than is taken: ask for less. False at the least.
bool ask_for_less(Paging& paging);

/// Kept in English; pages translate them.
inline constexpr std::string_view kSaysNotWhere = "It says there is more, but not where";
inline constexpr std::string_view kRepeats = "It repeats a page";
inline constexpr std::string_view kEndsEarly = "It says it is the end where there is more";
inline constexpr std::string_view kOneMoment =
    "It gives more objects one moment than a page can hold: some may be missing";
inline constexpr std::string_view kEmptyPages = "It gives one page without objects after another";
inline constexpr std::string_view kForgetsNext = "It forgets where a page went on";
inline constexpr std::string_view kFaults[] = {kSaysNotWhere, kRepeats,    kEndsEarly,
                                               kOneMoment,    kEmptyPages, kForgetsNext};

}  // namespace tocsin::exchange
