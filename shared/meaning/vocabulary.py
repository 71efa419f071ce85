"""What people and shop systems call the columns of a sale.

For each field the usual names, the surest first: a file may hold several of them (`Created at` and
`Paid at`), and then the first one listed is meant. Names are compared without case, accents, blanks
and punctuation.
"""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

_NAMES: Mapping[str, str] = {
    "event_id": """
        event id; transaction line id; order line id; invoice line id; line id; line item id; row
        id; entry id; order item id; amazon order item id; zeilennummer id
    """,
    "event_time": """
        event time; event timestamp; created at; order created at; purchase date; payments date;
        order date; order time; order datetime; order date gmt; invoice date; transaction date;
        transaction time; transaction datetime; sale date; date of sale; sold at; ordered at; date
        ordered; placed at; completed date; date completed; purchased at; purchase time; purchase
        timestamp; order purchase timestamp; timestamp; datetime; date time; date created; when;
        bought at; at; day; date; paid at; paid date; bestelldatum; rechnungsdatum; belegdatum;
        buchungsdatum; kaufdatum; verkaufsdatum; auftragsdatum; datum; zeitpunkt; zeitstempel; datum
        uhrzeit; date de commande; date commande; date de facture; date facture; date de vente; date
        d achat; date achat; date heure; fecha de pedido; fecha pedido; fecha de compra; fecha
        compra; fecha de factura; fecha factura; fecha de venta; fecha venta; fecha; fecha hora;
        besteldatum; factuurdatum; orderdatum; verkoopdatum; aankoopdatum; data ordine; data dell
        ordine; data fattura; data vendita; data acquisto; data e ora; data
    """,
    "customer_id": """
        customer id; customerid; customer number; customer no; customer code; customer key; customer
        reference id; client id; client number; buyer id; user id; member id; account id; cust id;
        contact id; customer email; buyer email; billing email; email; email address; e mail; mail;
        customer; client; buyer; user; member; who; customer name; buyer name; billing name;
        kundennummer; kundennr; kunden nr; kunden id; kunde; debitor; debitorennummer; debitor nr;
        kaeufer; kaufer; kunden email; kundenname; numero client; no client; n client; id client;
        code client; client email; acheteur; nom client; id cliente; cliente id; codigo cliente;
        numero de cliente; numero cliente; num cliente; cliente; comprador; correo electronico;
        correo; klantnummer; klantnr; klant id; klantcode; klant; koper; klantnaam; codice cliente;
        numero di cliente; acquirente
    """,
    "invoice_no": """
        invoice no; invoice number; invoice id; invoice; order id; order number; order no; order
        name; ordernumber; amazon order id; transaction id; receipt id; receipt number; receipt no;
        receipt; ticket number; ticket id; payment id; order key; order reference; sale id; sales
        order; document number; doc no; order; basket id; rechnungsnummer; rechnungsnr; rechnung;
        belegnummer; belegnr; beleg; bestellnummer; bestellnr; bestellung; auftragsnummer;
        auftragsnr; auftrag; bonnummer; vorgang; numero de commande; no commande; n commande; numero
        commande; commande; numero de facture; numero facture; no facture; facture; numero de
        ticket; numero de pedido; numero pedido; pedido; numero de factura; numero factura; factura;
        bestelnummer; factuurnummer; factuur; bestelling; ordernummer; bonnetje; numero ordine; id
        ordine; ordine; numero fattura; fattura; scontrino
    """,
    "stock_code": """
        stock code; sku; lineitem sku; item sku; product sku; variant sku; seller sku; asin; product
        id; product code; item id; item code; item number; item no; article number; article no;
        article; product; item; artikelnummer; artikelnr; artikel nr; artikel; produktnummer;
        produktcode; produkt; code article; reference article; reference; produit; codigo de
        producto; codigo producto; codigo articulo; articulo; referencia; producto; productcode;
        productnummer; codice articolo; codice prodotto; articolo; prodotto
    """,
    "description": """
        description; lineitem name; item name; product name; product title; item description;
        product description; item title; beschreibung; bezeichnung; artikelbezeichnung; produktname;
        artikelname; designation; libelle; nom du produit; descripcion; nombre del producto;
        omschrijving; productnaam; descrizione; nome prodotto
    """,
    "quantity": """
        quantity; qty; lineitem quantity; item quantity; quantity purchased; quantity ordered;
        quantity shipped; order quantity; line quantity; units; units sold; pieces; count; item
        count; menge; anzahl; stueck; stuck; stueckzahl; stuckzahl; quantite; qte; nombre; cantidad;
        unidades; cant; aantal; hoeveelheid; stuks; quantita; qta; pezzi
    """,
    "unit_price": """
        unit price; unitprice; lineitem price; price each; price per unit; price per item; item
        price; product price; item cost; unit cost; price; stueckpreis; stuckpreis; einzelpreis;
        preis; verkaufspreis; prix unitaire; prix; precio unitario; precio; stukprijs;
        eenheidsprijs; prijs per stuk; prijs; prezzo unitario; prezzo
    """,
    "amount": """
        amount; line total; line amount; line item total; item total; total price; line price; order
        total; total; order amount; grand total; net sales; gross sales; sales amount; revenue;
        sales; total sales; turnover; sum; spend; spent; value; total amount; price total; net
        amount; gross amount; total collected; betrag; summe; gesamtbetrag; gesamtpreis; gesamt;
        umsatz; rechnungsbetrag; gesamtsumme; zeilensumme; montant; montant total; total ttc; prix
        total; chiffre d affaires; importe; importe total; monto; precio total; bedrag;
        totaalbedrag; totaal; totaalprijs; omzet; importo; totale; importo totale; prezzo totale;
        fatturato
    """,
    "currency": """
        currency; currency code; order currency; lineitem currency; iso currency; waehrung; wahrung;
        devise; monnaie; moneda; divisa; valuta; munteenheid
    """,
    "country": """
        country; country code; shipping country; billing country; ship country; ship to country;
        land; lieferland; pays; pais; paese; nazione
    """,
}


def plain_name(name: str) -> str:
    """Reduce a name to what two spellings of it share: letters and digits, without accents and case."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in letters if sign.isalnum())


USUAL_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {field: tuple(map(plain_name, names.replace("\n", " ").split(";"))) for field, names in _NAMES.items()}
)
"""Field -> its usual names in plain spelling, the surest first."""


_EXPORTS: Mapping[str, Mapping[str, str]] = {
    "Shopify orders": {
        "event_time": "Created at",
        "customer_id": "Email",
        "invoice_no": "Name",
        "stock_code": "Lineitem sku",
        "description": "Lineitem name",
        "quantity": "Lineitem quantity",
        "unit_price": "Lineitem price",
        "currency": "Currency",
    },
    "Amazon orders": {  # item-price is that of the whole line
        "event_time": "purchase-date",
        "customer_id": "buyer-email",
        "invoice_no": "amazon-order-id",
        "stock_code": "sku",
        "description": "product-name",
        "amount": "item-price",
        "currency": "currency",
        "country": "ship-country",
    },
    "Square items": {
        "event_time": "Date+Time",
        "customer_id": "Customer ID",
        "invoice_no": "Transaction ID",
        "stock_code": "SKU",
        "description": "Item",
        "amount": "Net Sales",
    },
    "WooCommerce orders": {
        "event_time": "Order Date",
        "customer_id": "Email (Billing)",
        "invoice_no": "Order Number",
        "stock_code": "SKU",
        "description": "Item Name",
        "quantity": "Quantity",
        "unit_price": "Item Cost",
    },
    "Magento orders": {
        "event_time": "Purchase Date",
        "customer_id": "Customer Email",
        "invoice_no": "ID",
        "amount": "Grand Total (Purchased)",
    },
}

EXPORTS = MappingProxyType(_EXPORTS)
"""Exports of shop systems -> the meaning of their columns, where the usual names would mislead."""
